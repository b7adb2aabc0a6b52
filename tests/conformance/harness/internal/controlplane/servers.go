package controlplane

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

func (p *Plane) startEtcd(ctx context.Context, spawner *spawner) (string, error) {
	program, err := findEtcd()
	if err != nil {
		return "", err
	}
	ports, err := freePorts(2)
	if err != nil {
		return "", err
	}
	client := fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	peer := fmt.Sprintf("http://127.0.0.1:%d", ports[1])
	etcd, err := spawner.start(p.dir, "etcd", program, []string{
		"--data-dir=" + filepath.Join(p.dir, "etcd"),
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=default=" + peer,
	})
	if err != nil {
		return "", err
	}
	p.processes = append(p.processes, etcd)
	return client, p.waitFor(ctx, etcd, http.DefaultClient, client+"/health", "")
}

// startAPIServer runs the reference cluster's API server: default feature
// gates and admission plugins, apart from ServiceAccount, which would refuse
// Pods until a controller has made their account.
func (p *Plane) startAPIServer(ctx context.Context, spawner *spawner, etcd string, more []string) error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	if p.token, err = randomToken(); err != nil {
		return err
	}
	tokens := filepath.Join(p.dir, "tokens.csv")
	line := p.token + `,harness,harness,"system:masters"` + "\n"
	if err := os.WriteFile(tokens, []byte(line), 0o600); err != nil {
		return err
	}
	key := filepath.Join(p.dir, "service-account.key")
	if err := writeKey(key); err != nil {
		return err
	}
	args := []string{
		"--etcd-servers=" + etcd,
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", ports[0]),
		"--cert-dir=" + filepath.Join(p.dir, "certs"),
		"--token-auth-file=" + tokens,
		"--authorization-mode=RBAC",
		"--service-account-key-file=" + key,
		"--service-account-signing-key-file=" + key,
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-cluster-ip-range=10.96.0.0/12",
		"--allow-privileged=true",
		"--disable-admission-plugins=ServiceAccount",
	}
	server, err := spawner.start(p.dir, "kube-apiserver", filepath.Join(p.binaries, "kube-apiserver"), append(args, more...))
	if err != nil {
		return err
	}
	p.processes = append(p.processes, server)
	p.apiserver = append(args, more...)
	p.host = fmt.Sprintf("https://127.0.0.1:%d", ports[0])
	// The server makes its own certificate, which may not be there yet when
	// the polling starts; these first requests carry no secret.
	unverified := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	if err := p.waitFor(ctx, server, unverified, p.host+"/readyz", ""); err != nil {
		return err
	}
	verified, err := p.verifiedClient()
	if err != nil {
		return err
	}
	return p.waitFor(ctx, server, verified, p.host+"/api/v1/namespaces/default", p.token)
}

func (p *Plane) startControllers(ctx context.Context, spawner *spawner, controllers []string) error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	manager, err := spawner.start(p.dir, "kube-controller-manager", filepath.Join(p.binaries, "kube-controller-manager"), []string{
		"--kubeconfig=" + p.Kubeconfig(),
		"--controllers=" + strings.Join(controllers, ","),
		"--leader-elect=false",
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", ports[0]),
		"--cert-dir=" + filepath.Join(p.dir, "manager-certs"),
		"--service-account-private-key-file=" + filepath.Join(p.dir, "service-account.key"),
		"--kube-api-qps=500", "--kube-api-burst=500",
	})
	if err != nil {
		return err
	}
	p.processes = append(p.processes, manager)
	unverified := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	return p.waitFor(ctx, manager, unverified, fmt.Sprintf("https://127.0.0.1:%d/healthz", ports[0]), "")
}

// waitFor polls an address until it answers 200, the process ends, or the
// bound is reached.
func (p *Plane) waitFor(ctx context.Context, of *process, client *http.Client, address, token string) error {
	ctx, cancel := context.WithTimeout(ctx, readyBound)
	defer cancel()
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	last := "no answer"
	for {
		if status, err := probe(ctx, client, address, token); err != nil {
			last = err.Error()
		} else if status == http.StatusOK {
			return nil
		} else {
			last = http.StatusText(status)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %s", of.name, last)
		case <-of.done:
			if log, err := os.ReadFile(of.log); err == nil && bytes.Contains(log, []byte("address already in use")) {
				return fmt.Errorf("%s: %w", of.name, errPortTaken)
			}
			return fmt.Errorf("%s ended: %v", of.name, of.err)
		}
	}
}

func probe(ctx context.Context, client *http.Client, address, token string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// caFile holds the certificate that the server made for itself, and its
// issuer.
func (p *Plane) caFile() string { return filepath.Join(p.dir, "certs", "apiserver.crt") }

func (p *Plane) verifiedClient() (*http.Client, error) {
	pemBytes, err := os.ReadFile(p.caFile())
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pemBytes) {
		return nil, fmt.Errorf("%s: no certificate", p.caFile())
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}, nil
}

func (p *Plane) writeKubeconfig() error {
	ca, err := os.ReadFile(p.caFile())
	if err != nil {
		return err
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["harness"] = &clientcmdapi.Cluster{Server: p.host, CertificateAuthorityData: ca}
	config.AuthInfos["harness"] = &clientcmdapi.AuthInfo{Token: p.token}
	config.Contexts["harness"] = &clientcmdapi.Context{Cluster: "harness", AuthInfo: "harness"}
	config.CurrentContext = "harness"
	return clientcmd.WriteToFile(*config, p.Kubeconfig())
}

func writeKey(name string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return os.WriteFile(name, pem.EncodeToMemory(block), 0o600)
}
