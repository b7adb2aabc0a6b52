package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// A kubeconfigCase is one line of the input: files as KUBECONFIG lists them, and flags.
type kubeconfigCase struct {
	Files     []string `json:"files"`
	Explicit  string   `json:"kubeconfig"`
	Context   string   `json:"context"`
	Cluster   string   `json:"cluster"`
	User      string   `json:"user"`
	Server    string   `json:"server"`
	Namespace string   `json:"namespace"`
	Token     string   `json:"token"`
}

// kubeconfigRow says what client-go made of a configuration, with the names
// that tests/tools/rest-kubeconfig.c uses.
func kubeconfigRow(config *rest.Config, namespace string) map[string]any {
	proxy := ""
	if config.Proxy != nil {
		request, _ := http.NewRequest("GET", "https://example.org/", nil)
		if url, err := config.Proxy(request); err == nil && url != nil {
			proxy = url.String()
		}
	}
	groups := config.Impersonate.Groups
	if groups == nil {
		groups = []string{}
	}
	row := map[string]any{
		"ok": true, "host": config.Host, "proxy": proxy, "noCompression": config.DisableCompression,
		"namespace": namespace, "as": config.Impersonate.UserName, "asUid": config.Impersonate.UID,
		"asGroups": groups, "token": config.BearerToken, "tokenFile": config.BearerTokenFile,
		"username": config.Username, "password": config.Password,
		"certFile": config.CertFile, "certData": string(config.CertData),
		"keyFile": config.KeyFile, "keyData": string(config.KeyData),
		"caFile": config.CAFile, "caData": string(config.CAData),
		"serverName": config.ServerName, "insecure": config.Insecure,
	}
	if exec := config.ExecProvider; exec != nil {
		args := exec.Args
		if args == nil {
			args = []string{}
		}
		row["execCommand"], row["execVersion"] = exec.Command, exec.APIVersion
		row["execMode"], row["execArgs"] = string(exec.InteractiveMode), args
		row["execCluster"] = exec.ProvideClusterInfo
	}
	return row
}

func kubeconfigAnswer(c kubeconfigCase) map[string]any {
	rules := &clientcmd.ClientConfigLoadingRules{Precedence: c.Files, ExplicitPath: c.Explicit}
	overrides := &clientcmd.ConfigOverrides{CurrentContext: c.Context}
	overrides.Context.Cluster, overrides.Context.AuthInfo = c.Cluster, c.User
	overrides.Context.Namespace = c.Namespace
	overrides.ClusterInfo.Server, overrides.AuthInfo.Token = c.Server, c.Token
	loaded, err := rules.Load()
	if err != nil {
		return map[string]any{"ok": false, "error": err.Error()}
	}
	direct := clientcmd.NewNonInteractiveClientConfig(*loaded, c.Context, overrides, rules)
	config, err := direct.ClientConfig()
	if err != nil {
		return map[string]any{"ok": false, "error": err.Error()}
	}
	namespace, _, err := direct.Namespace()
	if err != nil {
		return map[string]any{"ok": false, "error": err.Error()}
	}
	if config.AuthProvider != nil { // client-go has no plugin for any, and fails when it is used
		return map[string]any{"ok": false, "error": "no Auth Provider found for name " + config.AuthProvider.Name}
	}
	return kubeconfigRow(config, namespace)
}

// runKubeconfig answers each line of the input by what client-go makes of it.
func runKubeconfig([]string) int {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var c kubeconfigCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fail(err)
		}
		if err := out.Encode(kubeconfigAnswer(c)); err != nil {
			return fail(err)
		}
	}
	return 0
}
