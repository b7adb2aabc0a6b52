#!/bin/sh
# Builds the control plane of one Kubernetes version into the cache folder:
# one binary that is kube-apiserver, kube-controller-manager and kubectl by
# the name it is called under, with those three names beside it.
#
#   build.sh [VERSION]     1.37.2 when not given; "1.31" means 1.31.0
#
# The newest version is built from the module here, with its pinned sums; for
# any other one a module is generated in the cache. The first build takes
# minutes; what is there is not built again. The folder's name is printed.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
pinned=$(sed -n 's|^[[:space:]]*k8s.io/kubernetes v||p' "$here/controlplane/go.mod")
version=${1:-$pinned}
version=${version#v}
case $version in
*.*.*) ;;
*.*) if [ "${pinned%.*}" = "$version" ]; then version=$pinned; else version=$version.0; fi ;;
*) echo "build.sh: not a version: $version" >&2; exit 2 ;;
esac

cache=${PLIMSOLL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll}
target=$cache/controlplane/$version
binary=$target/controlplane

# generate_module writes a module for another version of Kubernetes into the
# cache. Kubernetes' own go.mod replaces its staging modules by folders, and a
# dependency's replace lines are ignored, so ours names each with its version.
generate_module() {
    staging=v0.${version#1.}
    module=$target/module
    mkdir -p "$module"
    cp "$here/controlplane/main.go" "$module/"
    theirs=$(go mod download -json "k8s.io/kubernetes@v$version" |
        sed -n 's/^[[:space:]]*"GoMod": "\(.*\)",$/\1/p')
    {
        echo "module plimsoll.dev/controlplane"
        echo
        sed -n 's/^go .*/&/p' "$theirs"
        echo
        echo "require k8s.io/kubernetes v$version"
        echo
        echo "replace ("
        sed -n "s|^[[:space:]]*\(k8s.io/[^ ]*\) => ./staging/.*|	\1 => \1 $staging|p" "$theirs"
        echo ")"
    } >"$module/go.mod"
    (cd "$module" && go mod tidy)
}

if [ ! -x "$binary" ]; then
    mkdir -p "$target"
    module=$here/controlplane
    if [ "$version" != "$pinned" ]; then
        generate_module
    fi
    minor=${version#1.}
    minor=${minor%%.*}
    stamp=k8s.io/component-base/version
    echo "building kube-apiserver $version; the first time this takes minutes" >&2
    (cd "$module" && nice go build -p "${PLIMSOLL_JOBS:-2}" -o "$binary.part" \
        -ldflags "-s -w -X $stamp.gitVersion=v$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=$minor" .)
    mv "$binary.part" "$binary"
fi
for name in kube-apiserver kube-controller-manager kubectl; do
    ln -sf controlplane "$target/$name"
done
echo "$target"
