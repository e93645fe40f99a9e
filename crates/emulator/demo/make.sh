#!/usr/bin/env bash
# Makes the sample stream demo.mkv, or checks it.
#
#   ./make.sh [FILE]            write FILE (default: demo.mkv beside this script)
#   ./make.sh --check [FILE]    decode FILE and verify pictures, sound and clusters
#
# Making needs ffmpeg (with libx264, drawtext and fontconfig, as in Debian) and
# the font DejaVu Sans Mono (fonts-dejavu-core). Checking also needs ffprobe and
# python3, and uses mkvinfo if it is there. The same ffmpeg writes the same
# bytes every time: no dates, no random identifiers, one encoder thread.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

clusters=15
cluster_frames=50 # 2 s at 25 frames a second
frames=$((clusters * cluster_frames))
seconds=$((clusters * 2))

make_stream() {
    local out=$1 i graph font='DejaVu Sans Mono'

    # Fontconfig would quietly take another font, and the bytes would differ.
    if command -v fc-match >/dev/null && [[ $(fc-match "$font" family) != "$font" ]]; then
        printf '%s: the font %s is not installed\n' "${0##*/}" "$font" >&2
        return 1
    fi

    # A slowly turning gradient, and two discs on closed curves over it.
    graph="gradients=s=640x360:r=25:n=3:c0=0x12304a:c1=0x1f5f6b:c2=0x3a2a5c"
    graph+=":x0=0:y0=60:x1=639:y1=359:speed=0.012:seed=7:d=$seconds"
    graph+=",format=gbrp,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p[back];"
    graph+="$(disc 96 0xf2 0xb1 0x4b)[sun];$(disc 56 0x6f 0xd3 0xc7)[moon];"
    graph+="color=c=0xf2b14b:s=640x8:r=25:d=$seconds,format=yuv420p[bar];"
    graph+="[back][sun]overlay=eval=frame:x='272+250*sin(2*PI*t/10)'"
    graph+=":y='152+92*sin(2*PI*t/6)'[a];"
    graph+="[a][moon]overlay=eval=frame:x='292+270*cos(2*PI*t/7.5)'"
    graph+=":y='172+112*sin(2*PI*t/5)'[b];"

    # How far the stream has run, along the bottom edge.
    graph+="[b]drawbox=x=0:y=352:w=640:h=8:c=0x202020:t=fill[c];"
    graph+="[c][bar]overlay=eval=frame:x='-640+640*(n+1)/$frames':y=352[d];"

    # The clock for people. All of it follows from the frame number.
    graph+="[d]drawbox=x=120:y=132:w=400:h=148:c=0x101820@0.72:t=fill"
    graph+=",drawtext=font='$font':fontsize=72:fontcolor=white:x=(w-text_w)/2:y=150"
    graph+=":text='%{eif\\:trunc(n/25)\\:d\\:2}.%{eif\\:mod(n\\,25)*40\\:d\\:3} s'"
    graph+=",drawtext=font='$font':fontsize=24:fontcolor=0xd8e4ec:x=(w-text_w)/2:y=236"
    graph+=":text='frame %{eif\\:n\\:d\\:3}   cluster %{eif\\:trunc(n/$cluster_frames)+1\\:d\\:2}/$clusters'"

    # The frame number for machines: sixteen squares of 32x32 pixels on grey,
    # most significant bit left, white for one.
    graph+=",drawbox=x=0:y=0:w=640:h=40:c=0x808080:t=fill"
    for i in {0..15}; do
        graph+=",drawbox=x=$((40 * i + 4)):y=4:w=32:h=32:c=black:t=fill"
        graph+=",drawbox=x=$((40 * i + 4)):y=4:w=32:h=32:c=white:t=fill"
        graph+=":enable='mod(trunc(n/$((1 << (15 - i)))),2)'"
    done
    graph+=",trim=end_frame=$frames,format=yuv420p[v];"

    # A beep of 0.15 s on each whole second, climbing a pentatonic scale, over
    # quiet noise. The encoder puts one frame of 1024 samples in front of what
    # it is given; the signal therefore starts 1024 samples in, and the
    # time stamps are set so that the first frame is at zero. The last of the
    # 1406 frames ends just before the last picture does.
    local t='(t+1024/48000)'
    local step="mod(floor($t)\\,10)"
    local note="(12*floor($step/5)+2*mod($step\\,5)+gte(mod($step\\,5)\\,3))"
    local in="mod($t\\,1)"
    graph+="aevalsrc=s=48000:c=mono:d=$seconds:exprs="
    graph+="'0.35*sin(2*PI*440*pow(2\\,$note/12)*$in)*lt($in\\,0.15)*min(1\\,min($in/0.004\\,(0.15-$in)/0.02))'[beep];"
    graph+="anoisesrc=r=48000:c=pink:a=0.01:seed=1:d=$seconds[noise];"
    graph+="[beep][noise]amix=inputs=2:normalize=0,atrim=end_sample=$((1405 * 1024)),aformat=sample_fmts=fltp:channel_layouts=mono[s]"

    # Where clusters begin. The muxer opens a cluster at each video keyframe,
    # but an audio frame that comes right before the keyframe in writing order
    # would be put into the new cluster, ahead of the keyframe. So the order is
    # arranged: sound is interleaved 39 ms early, and each keyframe is given a
    # decoding time 39 ms early, 1 ms after the frame before it. The decoding
    # times are not stored; the presentation times are untouched.
    ffmpeg -nostdin -hide_banner -loglevel error -y \
        -filter_complex_threads 1 -filter_complex "$graph" -map '[v]' -map '[s]' \
        -map_metadata -1 -map_chapters -1 -fflags +bitexact \
        -r 25 -flags:v +bitexact+cgop -c:v libx264 -threads:v 1 \
        -preset slower -profile:v high -level:v 3.0 -pix_fmt yuv420p -crf 25 \
        -bf 0 -g "$cluster_frames" -keyint_min "$cluster_frames" -sc_threshold 0 \
        -force_key_frames 'expr:gte(t,n_forced*2)' -x264-params open-gop=0 \
        -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv \
        -bsf:v "setts=time_base=1/1000:pts=N*40:dts=N*40-39*not(mod(N\\,$cluster_frames)):duration=40" \
        -flags:a +bitexact -c:a aac -profile:a aac_low -b:a 48k \
        -bsf:a 'setts=time_base=1/1000:ts=round(N*64/3):duration=21' \
        -audio_preload 39000 -max_interleave_delta 0 -avoid_negative_ts disabled \
        -default_mode infer -cluster_time_limit 5000 -cluster_size_limit 5000000 \
        -f matroska "$out"
}

# disc DIAMETER RED GREEN BLUE: a filter chain giving a soft-edged disc.
disc() {
    local r=$(($1 / 2))
    printf '%s' "color=c=black:s=$1x$1:r=25:d=0.04,format=rgba"
    printf '%s' ",geq=r=$(($2)):g=$(($3)):b=$(($4))"
    printf '%s' ":a='230*clip($r-hypot(X-$r+0.5\\,Y-$r+0.5)\\,0\\,1)'"
    printf '%s' ",scale=out_color_matrix=bt709:out_range=tv,format=yuva420p"
    printf '%s' ",loop=loop=$((frames - 1)):size=1,setpts=N/25/TB"
}

check_stream() {
    local file=$1 said
    said=$(ffprobe -v error -show_packets "$file" 2>&1 >/dev/null) || said+=" (status $?)"
    [[ -z $said ]] || { printf 'ffprobe: %s\n' "$said" >&2; return 1; }
    if command -v mkvinfo >/dev/null; then
        said=$(mkvinfo --ui-language en_US -v -v "$file" 2>&1) || { printf '%s\n' "$said" >&2; return 1; }
        ! grep -iE '^(warning|error)|\(mkvinfo\)|unknown element' <<<"$said" >&2 || return 1
    fi

    # Every frame: the counter, its contrast and the grey around it.
    ffmpeg -nostdin -v error -xerror -i "$file" -map 0:v:0 -fps_mode passthrough \
        -vf crop=640:40:0:0,format=gray -f rawvideo - | python3 -c '
import sys
W, H, COUNT = 640, 40, int(sys.argv[1])
n, darkest_white, lightest_black = 0, 255, 0
while frame := sys.stdin.buffer.read(W * H):
    assert len(frame) == W * H, f"frame {n}: cut short"
    value = 0
    for i in range(16):
        x = 40 * i + 4 + 4          # the inner 24x24 of the square
        seen = b"".join(frame[y * W + x:y * W + x + 24] for y in range(8, 32))
        low, high = min(seen), max(seen)
        bit = low > 127
        if bit:
            darkest_white = min(darkest_white, low)
        else:
            lightest_black = max(lightest_black, high)
        assert low > 200 or high < 55, f"frame {n}, square {i}: {low}..{high}"
        grey = frame[20 * W + 40 * i], frame[20 * W + 40 * i + 39]
        assert all(96 <= g <= 160 for g in grey), f"frame {n}, border {i}: {grey}"
        value = value << 1 | bit
    assert value == n, f"frame {n} shows {value}"
    n += 1
assert n == COUNT, f"{n} frames, not {COUNT}"
print(f"pictures: {n} frames, each shows its own number; "
      f"black at most {lightest_black}, white at least {darkest_white}")
' "$frames"

    # The sound: a beep begins on every whole second.
    ffmpeg -nostdin -v error -xerror -i "$file" -map 0:a:0 -ac 1 -f s16le - | python3 -c '
import array, sys
SECONDS = int(sys.argv[1])
s = array.array("h", sys.stdin.buffer.read())
if sys.byteorder == "big":
    s.byteswap()
worst = 0
for k in range(1, SECONDS):
    start = 48000 * k - 12000
    onset = next((i for i in range(start, start + 24000) if abs(s[i]) > 3000), None)
    assert onset is not None, f"no beep at {k} s"
    worst = max(worst, abs(onset - 48000 * k))
assert worst <= 480, f"a beep is {worst} samples off"
print(f"sound: {len(s)} samples, a beep at each second, at most {worst / 48:.1f} ms off")
' "$seconds"

    # The file: each cluster starts with a keyframe at 2k s and holds the
    # frames of [2k, 2k + 2) s, picture and sound, and no other.
    python3 -c '
import sys
data = open(sys.argv[1], "rb").read()
CLUSTERS, PER = int(sys.argv[2]), int(sys.argv[3])

def vint(at, keep):
    size = 9 - data[at].bit_length()
    value = int.from_bytes(data[at:at + size], "big")
    bare = value & (1 << 7 * size) - 1
    assert keep or bare != (1 << 7 * size) - 1, "an element of unknown size"
    return (value if keep else bare), at + size

def elements(at, end):
    while at < end:
        ident, at = vint(at, True)
        size, at = vint(at, False)
        assert at + size <= end, "an element leaves its parent"
        yield ident, at, at + size
        at += size

def number(a, b):
    return int.from_bytes(data[a:b], "big")

top = list(elements(0, len(data)))
assert [e[0] for e in top] == [0x1A45DFA3, 0x18538067], "not one header and one segment"
kinds, clusters = {}, []
for ident, a, b in elements(*top[1][1:]):
    if ident == 0x1549A966:
        scale = [number(x, y) for i, x, y in elements(a, b) if i == 0x2AD7B1]
        assert scale in ([], [1000000]), "time stamps are not in milliseconds"
    elif ident == 0x1654AE6B:
        for i, x, y in elements(a, b):
            if i == 0xAE:
                f = {j: (p, q) for j, p, q in elements(x, y)}
                kinds[number(*f[0xD7])] = (number(*f[0x83]), data[slice(*f[0x86])].decode())
    elif ident == 0x1F43B675:
        clusters.append((a, b))
assert sorted(kinds.values()) == [(1, "V_MPEG4/ISO/AVC"), (2, "A_AAC")], kinds
assert len(clusters) == CLUSTERS, f"{len(clusters)} clusters"
total, sizes = {1: 0, 2: 0}, []
for k, (a, b) in enumerate(clusters):
    base, blocks = None, []
    for ident, x, y in elements(a, b):
        if ident == 0xE7:
            base = number(x, y)
        assert ident != 0xA0, "a BlockGroup"
        if ident == 0xA3:
            track, p = vint(x, False)
            assert not data[p + 2] & 0x06, "a laced block"
            time = base + int.from_bytes(data[p:p + 2], "big", signed=True)
            blocks.append((kinds[track][0], time, bool(data[p + 2] & 0x80), p + 3, y))
    assert base == 2000 * k, f"cluster {k} is at {base} ms"
    kind, time, key, p, y = blocks[0]
    assert (kind, time, key) == (1, base, True), f"cluster {k} starts with {blocks[0]}"
    nal = []
    while p < y:
        size = number(p, p + 4)
        nal.append(data[p + 4] & 31)
        p += 4 + size
    assert p == y and 5 in nal, f"cluster {k}: no IDR picture but {nal}"
    assert sum(1 for e in blocks if e[0] == 1 and e[2]) == 1, f"cluster {k}: keyframes"
    assert [e[1] for e in blocks if e[0] == 1] == list(range(base, base + 2000, 2000 // PER)), k
    for kind, time, *_ in blocks:
        assert base <= time < base + 2000, f"cluster {k}: a block at {time} ms"
    sound = [e[1] for e in blocks if e[0] == 2]
    first = total[2]
    want = [(1024 * (first + i) * 2 + 48) // 96 for i in range(len(sound))]
    assert sound == want, f"cluster {k}: sound has a gap"
    for e in blocks:
        total[e[0]] += 1
    sizes.append(b - a)
print(f"clusters: {len(clusters)} of 2000 ms, {min(sizes)} to {max(sizes)} bytes, "
      f"{total[1]} pictures, {total[2]} sound frames, file {len(data)} bytes")
' "$file" "$clusters" "$cluster_frames"
}

case ${1-} in
    --check) check_stream "${2-$here/demo.mkv}" ;;
    -*) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    *) make_stream "${1-$here/demo.mkv}" ;;
esac
