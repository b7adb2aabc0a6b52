package mutate

import (
	"encoding/json"
	"fmt"
	"strings"
)

// sweepNames stand for all ways in which a name, a label, a key or a path is
// right for one field and wrong for another.
var sweepNames = []string{
	"other", "Upper", "under_score", "-dash", "dash-", ".dot", "a..b", "a.b", "a/b", "a/b/c", "/a", "a/",
	"with space", "line\nfeed", "é", "1digit", "123", "a:b", "*", "*.example.com", "example.com/name", "Example.com/name",
	"kubernetes.io/x", "k8s.io/x", "..", ".", "../up", "a/../b", "..data", "/abs/path", "C:\\x", "a=b", "a,b", "{{x}}", "$(X)", "a%b",
	strings.Repeat("a", 16), strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a", 129),
	strings.Repeat("a", 253), strings.Repeat("a", 254), strings.Repeat("a", 257), strings.Repeat("a", 1025), strings.Repeat("a", 4097),
	strings.Repeat("a", 64) + "/name", strings.Repeat("a", 254) + "/name",
}

var sweepResources = []string{
	"cpu", "memory", "ephemeral-storage", "hugepages-2Mi", "hugepages-64Ki", "storage", "pods", "requests.cpu", "limits.cpu",
	"services", "count/pods", "count/things.example.com", "requests.storage", "requests.nvidia.com/gpu", "nvidia.com/gpu", "attachable-volumes-csi-x",
}

var sweepPercents = []string{"0%", "100%", "101%", "-5%", "1.5%", "50 %", "%", "5", "0", "http", "HTTP", "a--b", "-a", "a-", "x_y", "1234567890123456", "12"}

var sweepURLs = []string{
	"https://example.com", "http://example.com", "https://example.com/a?b", "https://example.com/a#c", "https://user@example.com",
	"https://", "example.com:80", "ftp://a", "https://example.com:443/x", "https://exa mple.com", "://",
}

var sweepSchedules = []string{
	"61 * * * *", "*/5 * * * *", "* * * *", "* * * * * *", "@daily", "@every 1m", "@weekly", "@nope", "TZ=UTC 0 0 * * *", "CRON_TZ=UTC 0 0 * * *",
	"0 0 31 2 *", "0 0 * * 7", "0 0 * * 8", "0 0 * JAN MON", "0-70 * * * *", "*/0 * * * *", "? * * * *", "5/15 * * * *", "1,2,3 * * * *",
}

var sweepZones = []string{"Europe/Rome", "Mars/Olympus", "Local", "UTC", "utc", " Europe/Rome", "Etc/UTC", "Europe/", "/etc/localtime", "../x", "EST", "Asia/Kolkata"}

var sweepCIDRs = []string{
	"10.0.0.0/8", "10.0.0.1/8", "10.0.0.0/33", "2001:db8::/32", "2001:db8::1/32", "010.0.0.0/8", "10.0.0.0", "0.0.0.0/0", "::/0", "::ffff:10.0.0.0/104",
	"10.0.0.0/8 ", "192.168.0.0/29", "2001:db8::/129",
}

var sweepCEL = []string{"true", "1 +", "nope == 1", "'text'", "object.nope.x", "1", "self == oldSelf", "", "has(object.metadata)", "request.nope",
	"true || " + strings.Repeat("true || ", 1400) + "true", "[1, 2, 3].all(a, [1, 2, 3].all(b, [1, 2, 3].all(c, [1, 2, 3].all(d, a + b + c + d > 0))))",
}

var sweepReferences = []string{
	"metadata.name", "metadata.labels", "metadata.labels['a']", "metadata.labels['']", "metadata.annotations['a b']", "metadata.nope", "status.podIP", "status.podIPs",
	"status.hostIP", "spec.nodeName", "spec.nope", "limits.cpu", "limits.memory", "requests.cpu", "limits.ephemeral-storage", "limits.hugepages-2Mi", "requests.hugepages-2Mi", "limits.nope", "limits.cpu ",
	"metadata.uid", "metadata.namespace", "spec.serviceAccountName", "metadata['name']",
}

// sweepGuesses tell by a field's name which values may matter to it.
var sweepGuesses = []struct {
	part   string
	values []string
}{
	{"ip", oddAddresses}, {"address", oddAddresses}, {"host", oddAddresses}, {"nameserver", oddAddresses}, {"url", sweepURLs}, {"except", sweepCIDRs}, {"cidr", sweepCIDRs}, {"range", sweepCIDRs},
	{"schedule", sweepSchedules}, {"timezone", sweepZones}, {"expression", sweepCEL}, {"cel", sweepCEL}, {"fieldpath", sweepReferences}, {"resource", sweepReferences},
	{"version", []string{"1.2.3", "v1", "v1beta1", "V1", "1.2", "apps/v1", "a/b/c", "1.0.0-rc.1", "01.2.3"}},
	{"time", oddTimes}, {"duration", oddTimes},
	{"policy", sweepWords}, {"type", sweepWords}, {"mode", sweepWords}, {"protocol", sweepWords}, {"operator", sweepWords}, {"effect", sweepWords},
	{"scope", sweepWords}, {"kind", sweepWords}, {"action", sweepWords}, {"apigroup", sweepWords}, {"medium", sweepWords}, {"scheme", sweepWords}, {"reason", sweepWords},
	{"verbs", []string{"*", "get", "", "GET"}}, {"resources", []string{"*", "pods/*", "*/*", "*/status", "pods", "/", "pods/", "a/b/c", "Pods"}},
	{"path", []string{"/", "//", "a/b", "/a/./b", "/a/../b", "/a/..", "/a//b", "/a%2fb", "/a%2Fb", "a:b", "../a", "..a", "/dev/termination-log"}},
	{"image", []string{" image", "image ", "", "Image", "a:b:c", "example.com/a@sha256:1"}},
	{"user", []string{"ContainerUser", "dom\\user", "dom\\", "\\user", "a\\b\\c", "us er", "a@b", strings.Repeat("a", 105), "NT AUTHORITY\\SYSTEM"}},
	{"level", []string{"s0", "s0:c1"}}, {"sysctl", []string{"kernel.shm_rmid_forced", "kernel/shm", "net.ipv4.conf.eth0", "a..b", "net.ipv4.ip_local_port_range"}},
	{"value", []string{"1", "0", "-1", "1.5", "text", "true"}},
	{"signer", []string{"kubernetes.io/kube-apiserver-client", "kubernetes.io/legacy-unknown", "kubernetes.io/nope", "example.com", "a.b/c", "example.com/a/b", "/x"}},
	{"succeededindexes", []string{"0-1", "1-0", "0,0", "a", "1-", "0-100", "", "1,", "0,2-3", "3,1"}},
	{"portal", []string{"10.0.0.1:3260", "10.0.0.1"}}, {"iqn", []string{"iqn.2001-04.com.example:x", "eui.0123456789ABCDEF", "naa.0123456789abcdef", "iqn.nope", "eui.1", "naa.1"}},
	{"keytype", []string{"RSA2048", "RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519", "rsa"}},
	{"pattern", []string{"^a$", "(", "(?=a)"}}, {"controller", []string{"a/b", "example.com/x", "nope"}},
	{"conditiontype", []string{"a b", "example.com/x"}}, {"status", []string{"True", "False", "Unknown", "true"}},
}

var sweepWords = []string{
	"Always", "Never", "OnFailure", "IfNotPresent", "TCP", "UDP", "SCTP", "HTTP", "HTTPS", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName",
	"RollingUpdate", "Recreate", "OnDelete", "Retain", "Delete", "Recycle", "ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany", "ReadWriteOncePod", "Filesystem", "Block",
	"Exists", "DoesNotExist", "In", "NotIn", "Equal", "Gt", "Lt", "NoSchedule", "PreferNoSchedule", "NoExecute", "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None",
	"Prefix", "Exact", "ImplementationSpecific", "Utilization", "AverageValue", "Value", "Fail", "Ignore", "Allow", "Deny", "Forbid", "Replace", "Cluster", "Local",
	"SingleStack", "PreferDualStack", "RequireDualStack", "Localhost", "RuntimeDefault", "Unconfined", "Memory", "HugePages", "HugePages-2Mi", "Directory", "Socket",
	"User", "Group", "ServiceAccount", "ClusterRole", "Role", "Limited", "Exempt", "Queue", "Reject", "ByUser", "ByNamespace", "Namespaced", "Namespace", "Percent", "Pods",
	"Resource", "External", "Object", "ContainerResource", "Max", "Min", "Disabled", "FailJob", "FailIndex", "Count", "Indexed", "NonIndexed", "Container", "PersistentVolumeClaim", "Pod",
	"BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "PriorityClass", "CrossNamespacePodAffinity", "Equivalent", "NoneOnDryRun", "Some", "Unknown", "Warn", "Audit",
	"JSONPatch", "ApplyConfiguration", "ExactCount", "All", "IPv4", "IPv6", "FQDN", "Immediate", "WaitForFirstConsumer", "Node", "Mutable", "Bidirectional", "HostToContainer",
	"RestartContainer", "NotRequired", "Unmasked", "MountOption", "Recursive", "OnRootMismatch", "Strict", "Merge", "Restart", "RestartAllContainers", "linux", "windows", "macos",
	"rbac.authorization.k8s.io", "apps", "batch", "CREATE", "CONNECT", "*", "Normal", "Warning", "SIGTERM", "SIGKILL", "File", "ReadWriteOnceWithFSType", "Persistent", "Ephemeral",
}

// metadata lists odd values of the fields that every object has.
func (s *sweeper) metadata() {
	metadata, ok := s.root["metadata"].(object)
	if !ok {
		metadata = object{}
		s.root["metadata"] = metadata
	}
	put := func(key string, value any) {
		s.add("metadata", "metadata."+key, "= "+noteOf(value), func() { metadata[key] = clone(value) })
	}
	for _, name := range sweepNames {
		put("name", name)
		put("generateName", name)
		put("labels", object{name: "value"})
		put("labels", object{"app": name})
		put("annotations", object{name: "value"})
		put("finalizers", &list{items: []any{name}})
		put("namespace", name)
	}
	s.add("metadata", "metadata.name", "only generateName", func() { delete(metadata, "name"); metadata["generateName"] = "made-" })
	s.add("metadata", "metadata.name", "none", func() { delete(metadata, "name"); delete(metadata, "generateName") })
	for _, name := range []string{"kubernetes", "orphan", "foregroundDeletion", "example.com/keep"} {
		put("finalizers", &list{items: []any{name}})
	}
	put("finalizers", &list{items: []any{"foregroundDeletion", "orphan"}})
	put("finalizers", &list{items: []any{"example.com/a", "example.com/a"}})
	for _, number := range []json.Number{"-1", "0", "3", "1.5"} {
		put("generation", number)
		put("deletionGracePeriodSeconds", number)
	}
	put("annotations", object{"a": strings.Repeat("x", 262144)})
	put("annotations", object{"a": strings.Repeat("x", 262145)})
	for _, namespace := range []string{"default", "kube-system", ""} {
		put("namespace", namespace)
	}
	for _, time := range []string{"2024-01-01T00:00:00Z", "2024-01-01"} {
		put("creationTimestamp", time)
		put("deletionTimestamp", time)
	}
	for _, text := range []string{"", "1", "x"} {
		put("uid", text)
		put("resourceVersion", text)
		put("selfLink", text)
	}
	s.owners(put)
	s.managed(put)
}

func (s *sweeper) owners(put func(string, any)) {
	reference := func(changes object) object {
		made := object{"apiVersion": "apps/v1", "kind": "Deployment", "name": "owner", "uid": "3f2a7c1e-0000-4000-8000-000000000001"}
		for key, value := range changes {
			made[key] = value
		}
		return made
	}
	for _, changes := range []object{
		nil, {"uid": ""}, {"name": ""}, {"kind": ""}, {"apiVersion": ""}, {"apiVersion": "a/b/c"}, {"apiVersion": "v1", "kind": "Event"},
		{"controller": true}, {"controller": true, "blockOwnerDeletion": true}, {"controller": "yes"}, {"name": "Not A Name"}, {"apiVersion": "apps"},
	} {
		put("ownerReferences", &list{items: []any{reference(changes)}})
	}
	put("ownerReferences", &list{items: []any{reference(object{"controller": true}), reference(object{"controller": true, "uid": "4f2a7c1e-0000-4000-8000-000000000001"})}})
	put("ownerReferences", &list{items: []any{reference(nil), reference(nil)}})
}

func (s *sweeper) managed(put func(string, any)) {
	for _, changes := range []object{
		nil, {"operation": "Upsert"}, {"operation": ""}, {"fieldsType": "FieldsV2"}, {"fieldsType": ""}, {"manager": strings.Repeat("m", 129)}, {"manager": ""}, {"manager": "a\nb"},
		{"apiVersion": ""}, {"apiVersion": "a/b/c"}, {"subresource": "status"}, {"subresource": strings.Repeat("s", 257)}, {"fieldsV1": object{"x": "y"}}, {"fieldsV1": nil}, {"time": "2024-01-01T00:00:00Z"},
	} {
		made := object{"manager": "m", "operation": "Update", "apiVersion": fmt.Sprint(s.root["apiVersion"]), "fieldsType": "FieldsV1", "fieldsV1": object{}}
		for key, value := range changes {
			made[key] = value
		}
		put("managedFields", &list{items: []any{made}})
	}
}
