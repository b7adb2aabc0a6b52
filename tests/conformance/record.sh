#!/bin/sh
# Asks a real API server about the built-in kinds, far and wide, and keeps what
# is worth keeping.
#
#   record.sh            write recorded/kinds-VERSION.ndjson.gz anew
#   record.sh FOLDER     write the large sets to a folder, to tune validation
#                        with: tune.ndjson.gz, and held.ndjson.gz to measure with
#
# A sweep makes every edit of a list at every field of the manifests in kinds/
# and almost/, some 450,000 cases. Of what the server says of them, a few of
# each shape are kept; random changes, as people make them, come beside.
# Variables: SEED (137), PLIMSOLL_CACHE where the control plane lies.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
top=$(CDPATH='' cd -- "$here/../.." && pwd)
SEED=${SEED:-137}
version=$(sed -n 's|^[[:space:]]*k8s.io/kubernetes v||p' "$here/controlplane/go.mod")
# How many cases one server judges: its answers are kept in memory meanwhile.
portion=40000

mkdir -p "$top/build"
harness=$top/build/harness
(cd "$here/harness" && nice go build -o "$harness" .)
"$here/build.sh" >/dev/null
openapi=$(cd "$here/controlplane" && go list -m -f '{{.Dir}}' k8s.io/kubernetes)/api/openapi-spec/swagger.json

work=$(mktemp -d "${TMPDIR:-/tmp}/plimsoll-record-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

"$harness" sweep -seed "$SEED" -openapi "$openapi" -o "$work/sweep.ndjson" "$here/kinds" "$here/almost"
split -l "$portion" "$work/sweep.ndjson" "$work/portion-"
rm "$work/sweep.ndjson"
for cases in "$work"/portion-*; do
    "$harness" verdicts -lean -cases "$cases" -o "$cases.verdicts"
    rm "$cases"
done

# thin SET OPTION…: keeps a few of each shape. What is kept is judged once more,
# because the first time the answers were not kept whole.
thin() {
    set_name=$1
    shift
    "$harness" thin -seed "$SEED" "$@" -cases -o "$work/$set_name-cases.ndjson" "$work"/portion-*.verdicts
    "$harness" verdicts -cases "$work/$set_name-cases.ndjson" -o "$work/$set_name.ndjson"
}

# random COUNT OPTION…: random changes of the good manifests, judged.
random() {
    "$harness" mutate -seed "$SEED" -count "$1" -openapi "$openapi" -o "$work/random-cases.ndjson" "$here/kinds"
    "$harness" verdicts -cases "$work/random-cases.ndjson" -o "$work/random.ndjson"
}

all="-refused 1000000 -decoding 1000000 -accepted 1000000"
if [ $# -gt 0 ]; then
    mkdir -p "$1"
    thin sweep -refused 4 -decoding 1 -accepted 1
    random 20000
    # shellcheck disable=SC2086 # each word is an option
    for half in 0:tune 1:held; do
        "$harness" thin -seed "$SEED" $all -half "${half%%:*}" -o "$1/${half#*:}.ndjson.gz" \
            "$work/sweep.ndjson" "$work/random.ndjson"
    done
    exit 0
fi
mkdir -p "$here/recorded"
thin sweep -refused 1 -decoding 1 -accepted 1 -longest 6000 -total 3000
random 2000
# shellcheck disable=SC2086 # each word is an option
"$harness" thin -seed "$SEED" $all -longest 20000 -lean -o "$here/recorded/kinds-$version.ndjson.gz" \
    "$work/sweep.ndjson" "$work/random.ndjson"
