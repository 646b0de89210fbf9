#!/bin/sh
# Exports two cuts of sample_timelines/ with OpenTimelineIO's own command: one is allowed, one is stopped. Then a house
# signs a receipt for an export, and another verifies it, before and after one byte was changed.
# Usage: demo.sh FOLDER_OF_COMMANDS
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH="$1:$PATH"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

export_cut() { # FOLDER CUT: prints what an editor would type, and what comes of it
    printf '\n$ cd sample_timelines/%s\n$ otioconvert -i %s.otio -o delivery.edl\n' "$1" "$2"
    cd "$here/$1"
    if otioconvert -i "$2.otio" -o "$out/delivery.edl" 2>"$out/said"; then
        ls "$out/delivery.edl" >/dev/null
        echo "(exported: delivery.edl, $(grep -c ' C ' "$out/delivery.edl") events)"
        rm "$out/delivery.edl"
    else
        # OpenTimelineIO shows a traceback; the message is its last part.
        sed -n '/otiogate stopped/,$p' "$out/said" | sed 's/^.*ExportBlocked: //'
        test ! -e "$out/delivery.edl" && echo "(no file was written)"
    fi
}

run() { # COMMAND...: prints a command and runs it in $out, whatever it ends with
    printf '\n$ %s\n' "$*"
    (cd "$out" && "$@") || echo "(exit code $?)"
}

echo "== Everything on record: the export goes through"
export_cut allow/approved_replica tdw_103_sc12_v07
echo
echo "== A consent has expired: the export is stopped"
export_cut block/expired_consent tdw_103_sc12_v09
echo
echo "== Why, in full"
printf '\n$ otiogate scan %s\n' tdw_103_sc12_v09.otio
otiogate scan tdw_103_sc12_v09.otio || echo "(exit code $?)"

echo
echo "== One house exports with a receipt that it signs, another verifies it"
cp -r "$here/allow/approved_replica" "$out/post"
mkdir "$out/studio"
otiogate key new TIDEWATER-POST -o "$out/house.pem" >"$out/stanza"
printf 'format: 1\nreceipt_key: house.pem\n' >"$out/post.yaml"
printf 'format: 1\ntrust: trust.yaml\n' >"$out/studio.yaml"
{
    printf 'format: 1\nkeys:\n'
    sed -e 's/kinds: .*/kinds: [receipt]/' -e 's/productions: .*/productions: [TIDEWATER]/' -e '/roles:/d' "$out/stanza"
} >"$out/trust.yaml"
export OTIOGATE_FACILITY="$out/post.yaml"
run otioconvert -i post/tdw_103_sc12_v07.otio -o post/turnover.otio
cp "$out"/post/turnover.otio* "$out/studio/"
run ls studio
export OTIOGATE_FACILITY="$out/studio.yaml"
run otiogate verify studio/turnover.otio
echo
echo "== One byte of the cut is changed on the way"
awk 'NR > 1 { printf "\n" } !done && sub(/"rate": 24/, "\"rate\": 25") { done = 1 } { printf "%s", $0 }' \
    "$out/studio/turnover.otio" >"$out/changed"
echo "($(cmp -l "$out/changed" "$out/studio/turnover.otio" | wc -l | tr -d ' ') byte differs)"
mv "$out/changed" "$out/studio/turnover.otio"
run otiogate verify studio/turnover.otio
