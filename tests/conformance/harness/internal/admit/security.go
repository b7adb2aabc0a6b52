package admit

import (
	"fmt"
	"math/rand/v2"
)

// levels and versions that Namespaces ask for: every version in which some check
// changes, the one before it, and both ends.
var (
	levels   = []string{"baseline", "restricted"}
	versions = []string{"v1.0", "v1.7", "v1.8", "v1.18", "v1.19", "v1.21", "v1.22", "v1.23", "v1.24",
		"v1.25", "v1.26", "v1.27", "v1.28", "v1.29", "v1.30", "v1.31", "v1.32", "v1.33", "v1.34",
		"v1.35", "v1.36", "v1.37", "v1.99", "latest"}
)

// Security makes Pods and Deployments in namespaces of every level and version.
func Security(seed uint64, count int) *Set {
	random := rand.New(rand.NewPCG(seed, 1))
	set := &Set{}
	var names []string
	for _, level := range levels {
		for _, version := range versions {
			name := fmt.Sprintf("%s-%s", level, dashed(version))
			names = append(names, name)
			set.Before = append(set.Before, object("v1", "Namespace", fields{"name": name, "labels": fields{
				"pod-security.kubernetes.io/enforce":         level,
				"pod-security.kubernetes.io/enforce-version": version,
			}}, nil))
		}
	}
	for i := range count {
		meta := fields{"name": fmt.Sprintf("case-%d", i), "namespace": names[i%len(names)]}
		pod := podMaker{random}.pod()
		if random.IntN(5) == 0 {
			labels := fields{"app": "case"}
			pod.meta["labels"] = labels
			set.Cases = append(set.Cases, object("apps/v1", "Deployment", meta, fields{
				"selector": fields{"matchLabels": labels},
				"template": fields{"metadata": pod.meta, "spec": pod.spec},
			}))
			continue
		}
		for key, value := range pod.meta {
			meta[key] = value
		}
		set.Cases = append(set.Cases, object("v1", "Pod", meta, pod.spec))
	}
	return set
}

type podMaker struct{ *rand.Rand }

type madePod struct{ meta, spec fields }

// often says yes in one of n cases.
func (r podMaker) often(n int) bool { return r.IntN(n) == 0 }

func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// maybe sets a field to one of the values, or leaves it out.
func (r podMaker) maybe(into fields, n int, name string, values ...any) {
	if r.often(n) {
		into[name] = pick(r.Rand, values...)
	}
}

func profile(kind string) fields {
	if kind == "Localhost" {
		return fields{"type": kind, "localhostProfile": "profiles/one"}
	}
	return fields{"type": kind}
}

func (r podMaker) pod() madePod {
	made := madePod{meta: fields{}, spec: fields{}}
	windows := r.often(12)
	wide := 2 + r.IntN(12) // how seldom something odd is said
	if windows {
		made.spec["os"] = fields{"name": "windows"}
	}
	context := fields{}
	r.common(context, wide, windows, true)
	if r.often(wide) && !windows {
		var sysctls []any
		for range 1 + r.IntN(2) {
			sysctls = append(sysctls, fields{"name": sysctlNames[r.IntN(len(sysctlNames))], "value": "1"})
		}
		context["sysctls"] = sysctls
	}
	if len(context) > 0 || r.often(4) {
		made.spec["securityContext"] = context
	}
	for _, name := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		if !windows {
			r.maybe(made.spec, wide*2, name, true, true, false)
		}
	}
	if !windows && made.spec["hostNetwork"] != true && made.spec["hostPID"] != true && made.spec["hostIPC"] != true {
		r.maybe(made.spec, wide, "hostUsers", false, false, true)
	}
	r.volumes(made.spec, wide)
	made.spec["containers"] = r.containers("c", 1+r.IntN(3), wide, windows, false)
	if r.often(3) {
		made.spec["initContainers"] = r.containers("i", 1+r.IntN(2), wide, windows, true)
	}
	if r.often(wide) && !windows {
		made.meta["annotations"] = r.annotations()
	}
	return made
}

// common is what Pods and containers say alike.
func (r podMaker) common(context fields, wide int, windows, pod bool) {
	if r.often(2) || !r.often(wide) {
		context["runAsNonRoot"] = !r.often(wide)
	}
	if windows {
		r.maybe(context, wide, "windowsOptions", fields{"runAsUserName": "ContainerUser"})
		return
	}
	if r.often(3) || (pod && !r.often(wide)) {
		context["seccompProfile"] = profile(pick(r.Rand, "RuntimeDefault", "RuntimeDefault", "Localhost", "Unconfined"))
	}
	if !r.often(wide) {
		context["runAsUser"] = 1000
	} else {
		r.maybe(context, 2, "runAsUser", 0)
	}
	if r.often(wide) {
		context["appArmorProfile"] = profile(pick(r.Rand, "RuntimeDefault", "Localhost", "Unconfined"))
	}
	if r.often(wide) {
		options := fields{}
		r.maybe(options, 1, "type", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t", "")
		r.maybe(options, 3, "user", "system_u", "")
		r.maybe(options, 3, "role", "system_r")
		r.maybe(options, 3, "level", "s0:c1,c2")
		context["seLinuxOptions"] = options
	}
}

var sysctlNames = []string{
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
	"net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports",
	"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
	"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat", "kernel.msgmax", "net.core.somaxconn",
}

func (r podMaker) containers(prefix string, count, wide int, windows, init bool) []any {
	var list []any
	for i := range count {
		c := fields{"name": fmt.Sprintf("%s%d", prefix, i), "image": "registry.example/app:1"}
		again := !init || r.often(2)
		if init && again {
			c["restartPolicy"] = "Always"
		}
		context := fields{}
		r.common(context, wide+2, windows, false)
		if !windows {
			r.linux(context, wide)
		}
		if len(context) > 0 || r.often(3) {
			c["securityContext"] = context
		}
		if r.often(3) {
			port := fields{"containerPort": 8000 + i, "name": fmt.Sprintf("%s%d", prefix, i)}
			if init {
				port["containerPort"] = 9000 + i
			}
			if r.often(wide) {
				port["hostPort"] = port["containerPort"]
			}
			c["ports"] = []any{port}
		}
		if again {
			r.handlers(c, wide)
		}
		list = append(list, c)
	}
	return list
}

// linux is what only containers say.
func (r podMaker) linux(context fields, wide int) {
	if !r.often(wide) {
		context["allowPrivilegeEscalation"] = false
	} else {
		r.maybe(context, 2, "allowPrivilegeEscalation", true)
	}
	if r.often(wide) && context["allowPrivilegeEscalation"] != false {
		context["privileged"] = r.often(2)
	}
	r.maybe(context, wide, "procMount", "Default", "Default", "Unmasked")
	if !r.often(wide) {
		context["capabilities"] = fields{"drop": []any{"ALL"}}
	} else if r.often(2) {
		context["capabilities"] = fields{"drop": []any{pick(r.Rand, "NET_RAW", "all", "ALL")}}
	}
	if capabilities, ok := context["capabilities"].(fields); ok && r.often(wide) {
		var add []any
		for range 1 + r.IntN(2) {
			name := pick(r.Rand, "NET_BIND_SERVICE", "CHOWN", "MKNOD", "NET_RAW", "SYS_TIME", "SYS_CHROOT", "AUDIT_WRITE", "KILL", "ALL")
			add = append(add, name)
			// A container that may gain SYS_ADMIN may not deny it.
		}
		capabilities["add"] = add
	}
}

func (r podMaker) handlers(c fields, wide int) {
	handler := func() fields {
		action, kind := fields{"port": 8080}, pick(r.Rand, "httpGet", "tcpSocket")
		r.maybe(action, 2, "host", "10.1.2.3", "")
		return fields{kind: action}
	}
	for _, name := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		if r.often(wide * 2) {
			c[name] = handler()
		}
	}
	if r.often(wide * 2) {
		c["lifecycle"] = fields{pick(r.Rand, "postStart", "preStop"): handler()}
	}
}

func (r podMaker) volumes(spec fields, wide int) {
	sources := []fields{
		{"configMap": fields{"name": "a"}}, {"csi": fields{"driver": "csi.example"}},
		{"downwardAPI": fields{}}, {"emptyDir": fields{}}, {}, {"secret": fields{"secretName": "a"}},
		{"persistentVolumeClaim": fields{"claimName": "a"}}, {"projected": fields{"sources": []any{}}},
		{"image": fields{"reference": "registry.example/a:1"}},
		{"ephemeral": fields{"volumeClaimTemplate": fields{"spec": fields{"accessModes": []any{"ReadWriteOnce"},
			"resources": fields{"requests": fields{"storage": "1Gi"}}}}}},
		{"hostPath": fields{"path": "/var/log"}}, {"nfs": fields{"server": "a", "path": "/a"}},
		{"gcePersistentDisk": fields{"pdName": "a"}}, {"awsElasticBlockStore": fields{"volumeID": "a"}},
		{"gitRepo": fields{"repository": "https://a.example/b"}}, {"fc": fields{"targetWWNs": []any{"a"}, "lun": 1}},
		{"iscsi": fields{"targetPortal": "a", "iqn": "iqn.2001-04.com.example:a", "lun": 0}},
		{"glusterfs": fields{"endpoints": "a", "path": "a"}}, {"rbd": fields{"monitors": []any{"a"}, "image": "a"}},
		{"flexVolume": fields{"driver": "a/b"}}, {"cinder": fields{"volumeID": "a"}},
		{"cephfs": fields{"monitors": []any{"a"}}}, {"flocker": fields{"datasetName": "a"}},
		{"azureFile": fields{"secretName": "a", "shareName": "a"}}, {"vsphereVolume": fields{"volumePath": "a"}},
		{"quobyte": fields{"registry": "a:1", "volume": "a"}}, {"portworxVolume": fields{"volumeID": "a"}},
		{"azureDisk": fields{"diskName": "a", "diskURI": "https://a.example/b.vhd"}},
		{"scaleIO": fields{"gateway": "a", "system": "a", "volumeName": "a", "secretRef": fields{"name": "a"}}},
		{"storageos": fields{"volumeName": "a", "volumeNamespace": "a"}},
	}
	const good = 10
	var list []any
	for i := range r.IntN(3) {
		source := sources[r.IntN(good)]
		if r.often(wide) {
			source = sources[r.IntN(len(sources))]
		}
		volume := fields{"name": fmt.Sprintf("v%d", i)}
		for key, value := range source {
			volume[key] = value
		}
		list = append(list, volume)
	}
	if list != nil {
		spec["volumes"] = list
	}
}

func (r podMaker) annotations() fields {
	notes := fields{}
	r.maybe(notes, 2, "container.apparmor.security.beta.kubernetes.io/c0", "runtime/default", "unconfined", "localhost/one")
	r.maybe(notes, 2, "container.seccomp.security.alpha.kubernetes.io/c0", "runtime/default", "unconfined", "docker/default", "localhost/one")
	r.maybe(notes, 2, "seccomp.security.alpha.kubernetes.io/pod", "runtime/default", "unconfined", "docker/default", "localhost/one")
	return notes
}
