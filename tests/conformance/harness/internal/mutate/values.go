package mutate

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// The values below sit on or next to the limits that Kubernetes knows: they
// are wrong somewhere and right elsewhere.

var oddNumbers = []json.Number{
	"-1", "0", "1", "2", "9", "10", "99", "100", "101", "255", "256", "1023", "1024",
	"29999", "30000", "32767", "32768", "65535", "65536", "86400", "86401", "604801",
	"2147483647", "2147483648", "-2147483648", "-2147483649",
	"9223372036854775807", "9223372036854775808", "1.5", "-0.5", "1e3", "1e20",
}

var oddNames = []string{
	"", "a", "A", "Upper", "under_score", "-dash", "dash-", ".dot", "dot.", "a..b", "a.b", "a/b", "a/b/c", "/a",
	"with space", "tab\there", "line\nfeed", "é", "日本", "1digit", "9", "a:b", "a@b", "*", "*.example.com", "*.",
	"example.com", "example.com/", "example.com/name", "Example.com/name", "kubernetes.io/x", "k8s.io/x", "..", ".",
	strings.Repeat("a", 15), strings.Repeat("a", 16), strings.Repeat("a", 63), strings.Repeat("a", 64),
	strings.Repeat("a", 253), strings.Repeat("a", 254), strings.Repeat("a", 63) + "." + strings.Repeat("b", 63),
	"{{ .Values.name }}", "$(NAME)", "${NAME}",
}

var oddQuantities = []string{
	"1", "0", "-1", "1.5", "100m", "0.5m", "1Gi", "1gb", "1GB", "1G", "1e3", "1E3", "1e3Mi", "1.2.3", "1 Gi", "Gi", "",
	"0.1", "1n", "1u", "9223372036854775807", "9223372036854775808", "1Ki", "1ki", "1K", "1k", "+1", "1_000", "1,5", "12e", "1Ei", "16Ei",
}

var oddTimes = []string{
	"2024-02-29T12:00:00Z", "2023-02-29T12:00:00Z", "2024-01-01", "2024-01-01T00:00:00", "2024-01-01T00:00:00+01:00",
	"2024-01-01T24:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T00:00:00.123456Z", "2024-01-01 00:00:00Z", "yesterday", "",
	"1s", "5m", "1h30m", "1.5h", "5", "-1s", "1d", "5 m",
}

var oddBytes = []string{"YQ==", "YQ=", "YQ", "not base64!", "", "YQ==\n", "YWJj", "a b=", "_-8="}

var oddAddresses = []string{
	"10.0.0.1", "10.0.0.256", "010.0.0.1", "127.0.0.1", "0.0.0.0", "169.254.0.1", "224.0.0.1", "::1", "fe80::1", "2001:db8::1", "::ffff:10.0.0.1",
	"10.0.0.0/8", "10.0.0.1/8", "10.0.0.0/33", "2001:db8::/32", "1.2.3", "None", "localhost",
	"https://example.com", "http://example.com", "https://example.com/a?b#c", "https://user@example.com", "example.com:80", "ftp://a",
}

var oddWords = []string{
	"true", "false", "null", "yes", "0", "1", "Always", "always", "Never", "OnFailure", "IfNotPresent", "TCP", "tcp", "UDP", "SCTP", "HTTP",
	"ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "RollingUpdate", "Recreate", "OnDelete", "Retain", "Delete",
	"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod", "Filesystem", "Block", "Exists", "DoesNotExist", "In", "NotIn", "Equal", "Gt",
	"NoSchedule", "PreferNoSchedule", "NoExecute", "ClusterFirst", "Default", "None", "Prefix", "Exact", "ImplementationSpecific",
	"Utilization", "AverageValue", "Value", "Fail", "Ignore", "Allow", "Forbid", "Replace", "Cluster", "Local", "50%", "101%", "-5%", "0%", "100%", "1.5%", "%",
	"61 * * * *", "*/5 * * * *", "@daily", "@every 1m", "* * * *", "TZ=UTC 0 0 * * *", "Europe/Berlin", "Mars/Olympus", "Local",
	"metadata.name", "status.podIP", "metadata.labels['a']", "spec.nope", "limits.cpu", "../up", "/abs", "/", "a//b", "C:\\x",
	"rbac.authorization.k8s.io", "apps", "v1", "apps/v1", "User", "Group", "ServiceAccount", "ClusterRole", "Role", "system:masters",
}

var oddTexts = [][]string{oddNames, oddQuantities, oddTimes, oddBytes, oddAddresses, oddWords}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

func oddText(random *rand.Rand) string { return pick(random, pick(random, oddTexts)) }

// typo misspells a key.
func typo(random *rand.Rand, key string) string {
	if key == "" {
		return "x"
	}
	letters := []rune(key)
	at := random.IntN(len(letters))
	switch random.IntN(7) {
	case 0: // a letter is missing
		return string(letters[:at]) + string(letters[at+1:])
	case 1: // a letter is doubled
		return string(letters[:at+1]) + string(letters[at:])
	case 2: // two letters change places
		if at+1 < len(letters) {
			letters[at], letters[at+1] = letters[at+1], letters[at]
		} else {
			letters = append(letters, 's')
		}
		return string(letters)
	case 3: // another letter
		letters[at] = rune('a' + random.IntN(26))
		return string(letters)
	case 4: // wrong case at the start
		first := string(letters[:1])
		if strings.ToLower(first) == first {
			return strings.ToUpper(first) + string(letters[1:])
		}
		return strings.ToLower(first) + string(letters[1:])
	case 5: // no capitals at all
		if lower := strings.ToLower(key); lower != key {
			return lower
		}
		return key + "s"
	default: // singular and plural
		if strings.HasSuffix(key, "s") {
			return strings.TrimSuffix(key, "s")
		}
		return key + "s"
	}
}
