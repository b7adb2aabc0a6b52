#!/bin/sh
# Holds plimsoll against a real API server: prints the figures, writes them to
# build/conformance-results.md, and fails where one is under its floor in the file
# floors beside this one. `make conformance` calls it.
#
#   run.sh              build what is missing, ask the server, compare, report
#   run.sh recorded     compare with the recorded verdicts only: no server
#   run.sh record       write the recorded verdicts anew, from a real server
#   run.sh links        only what real controllers and real creates say of links
#   run.sh rest         only plimsoll apply, against a real server, and faults in FAULTS runs (20)
#   run.sh same         only what it makes, beside what kubectl apply --server-side makes
#   run.sh rest-speed   how fast it is, beside the server's own limit and kubectl
#
# Variables: PLIMSOLL the binary (build/release/plimsoll), SEED (1) and CASES
# (5000) of the cases to make, SETS (350) of sets of objects for links,
# PLIMSOLL_CACHE where the control plane lies.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
top=$(CDPATH='' cd -- "$here/../.." && pwd)
PLIMSOLL=${PLIMSOLL:-$top/build/release/plimsoll}
SEED=${SEED:-1}
CASES=${CASES:-5000}
RESULTS=${RESULTS:-$top/build/conformance-results.md}
SETS=${SETS:-350}
RECORDED_SEED=137
OLDER=1.31
version=$(sed -n 's|^[[:space:]]*k8s.io/kubernetes v||p' "$here/controlplane/go.mod")

command -v go >/dev/null || { echo "run.sh: Go 1.26 or newer is needed (golang-go, golang, go)" >&2; exit 2; }
mkdir -p "$top/build"
harness=$top/build/harness
(cd "$here/harness" && nice go build -o "$harness" .)

work=$(mktemp -d "${TMPDIR:-/tmp}/plimsoll-conformance-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The definitions of custom resources, the modules' and our own: one folder a line.
crds=$("$harness" crds "$here/crs/modules.txt"; echo "$here/crs/own")

# with_crds SUBCOMMAND …: the harness, with "-crds FOLDER" for each folder.
with_crds() {
    subcommand=$1
    shift
    while IFS= read -r folder; do
        set -- -crds "$folder" "$@"
    done <<END
$crds
END
    "$harness" "$subcommand" "$@"
}

# make_cases SET SEED COUNT makes cases and asks the server about them.
make_cases() {
    openapi=$(cd "$here/controlplane" && go list -m -f '{{.Dir}}' k8s.io/kubernetes)/api/openapi-spec/swagger.json
    with_crds mutate -seed "$2" -count "$3" -openapi "$openapi" -o "$work/$1-cases.ndjson" "$here/$1"
    if [ "$1" = crs ]; then
        with_crds verdicts -cel -lean -cases "$work/$1-cases.ndjson" -o "$4"
    else
        "$harness" verdicts -lean -cases "$work/$1-cases.ndjson" -o "$4"
    fi
}

# compare NAME VERDICTS [OPTION…] compares, keeps the result for the report, and holds it
# against its floor.  The options are plimsoll's.
compare() {
    set_name=$1
    verdicts=$2
    shift 2
    echo "== $set_name"
    floor=$(sed -n "s/^${set_name}[[:space:]]*//p" "$here/floors")
    [ -n "$floor" ] || { echo "run.sh: $set_name has no line in floors" >&2; exit 2; }
    case $set_name in
    crs-*) program=with_crds ;;
    *) program=$harness ;;
    esac
    "$program" compare -plimsoll "$PLIMSOLL" -check "--no-config $*" -root "$here" \
        -json "$work/$set_name.json" -fail-under "$floor" "$verdicts" || under="$under $set_name"
    results="$results $set_name=$work/$set_name.json"
}

# The same made cases on a server of an older minor, where build.sh has built one.
older() {
    binaries=$(dirname "$("$here/build.sh")")/$OLDER.0
    [ -x "$binaries/kube-apiserver" ] || { echo "== no $OLDER here: build.sh $OLDER"; return; }
    "$harness" verdicts -lean -binaries "$binaries" -cases "$work/kinds-cases.ndjson" \
        -o "$work/kinds-$OLDER.ndjson"
    compare "kinds-$OLDER" "$work/kinds-$OLDER.ndjson" --kubernetes-version "$OLDER"
}

recorded() {
    for set in kinds crs; do
        compare "$set-recorded" "$here/recorded/$set-$version.ndjson.gz"
    done
}

live() {
    "$here/build.sh" >/dev/null
    "$harness" verdicts -root "$here" -o "$work/kinds-good.ndjson" "$here/kinds"
    compare kinds-good "$work/kinds-good.ndjson"
    with_crds verdicts -root "$here" -o "$work/crs-good.ndjson" "$here/crs"
    compare crs-good "$work/crs-good.ndjson"
    for set in kinds crs; do
        make_cases "$set" "$SEED" "$CASES" "$work/$set-made.ndjson"
        compare "$set-made" "$work/$set-made.ndjson"
    done
    older
    echo "== admission"
    "$harness" admission -plimsoll "$PLIMSOLL" -seed "$SEED" -count "$CASES" || under="$under admission"
}

# links SEED COUNT [FOLDER]: Services' endpoints, on the lab and on made sets, and
# Services that clash; the recordings go to that folder.
links() {
    (cd "$top" && "$harness" endpoints -seed "$1" -count "$2" -plimsoll "$PLIMSOLL" \
        ${3:+-o "$3/endpoints/endpoints-$version.ndjson.gz"} testdata/lab/before testdata/lab/after)
    "$harness" creates -seed "$1" -count "$2" -plimsoll "$PLIMSOLL" \
        ${3:+-o "$3/creates/creates-$version.ndjson.gz"}
}

# rest: plimsoll apply, with the controllers that make endpoints.
rest() {
    echo "== rest"
    "$harness" up -controllers endpointslice,deployment,replicaset,job -- \
        python3 "$here/rest.py" "$PLIMSOLL" || under="$under rest"
    same || under="$under same"
    "$harness" up -restart -- python3 "$here/faults.py" "$PLIMSOLL" || under="$under faults"
}

# same: what kubectl apply --server-side makes of what both are given, on two servers: our
# manifests and examples, and the corpus where it is at hand.
same() {
    corpus=${PLIMSOLL_CORPUS:-$top/../shared/corpus}
    if [ -d "$corpus" ]; then
        set -- "corpus=$corpus"
    else
        set --
        echo "same: no corpus (PLIMSOLL_CORPUS names one)"
    fi
    # shellcheck disable=SC2016 # the second server's shell has the first's KUBECONFIG
    CRDS=$crds "$harness" up -- sh -c 'OURS=$KUBECONFIG exec "$0" "$@"' "$harness" up -- \
        python3 "$here/same.py" "$PLIMSOLL" "$harness" \
        "kinds=$here/kinds" "crs=$here/crs" "rules=$top/testdata/rules/*/good*" "$@"
}

# speed: plimsoll apply beside the server's own limit and kubectl, ROUNDS (5) times in turn.
speed() {
    "$harness" up -- python3 "$here/speed.py" "$PLIMSOLL" "$harness"
}

results=
under=
case ${1:-} in
record)
    "$here/build.sh" >/dev/null
    mkdir -p "$here/recorded"
    SEED=$RECORDED_SEED "$here/record.sh"
    make_cases crs "$RECORDED_SEED" 5000 "$here/recorded/crs-$version.ndjson.gz"
    links "$RECORDED_SEED" 400 "$top/tests"
    exit 0
    ;;
links)
    "$here/build.sh" >/dev/null
    links "$SEED" "$SETS"
    exit 0
    ;;
rest)
    "$here/build.sh" >/dev/null
    rest
    [ -z "$under" ]
    exit
    ;;
same)
    "$here/build.sh" >/dev/null
    same
    exit
    ;;
rest-speed)
    "$here/build.sh" >/dev/null
    speed
    exit
    ;;
recorded) recorded ;;
"") live; recorded; links "$SEED" "$SETS"; rest ;;
*) echo "run.sh: unknown: $1" >&2; exit 2 ;;
esac

# shellcheck disable=SC2086 # each word is one result
"$harness" report -kubernetes "$version" -plimsoll "$PLIMSOLL" -seed "$SEED" \
    -o "$RESULTS" $results
echo "the figures are in $RESULTS"
if [ -n "$under" ]; then
    echo "run.sh: not what it has to be:$under" >&2
    exit 1
fi
