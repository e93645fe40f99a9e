//! What the help says below the options.

pub(super) const EXAMPLES: &str = "\
Examples:
  kvs --emulator get demo -o demo.mkv       try it: no account and no network needed
  kvs streams                               which streams there are
  kvs list door --from -2h                  what one of them holds of the last two hours
  kvs get door --from -2h -o door.mkv       the same as one file that plays
  kvs inspect door.mkv                      what is in that file

Credentials and region come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
AWS_REGION and AWS_PROFILE, or from ~/.aws/config and ~/.aws/credentials: keys, roles, programs and
sign-ons. Without any, web identity, a device's certificate (AWS_IOT_CORE_CREDENTIAL_ENDPOINT),
container and instance are asked. AWS_MAX_ATTEMPTS says how often something is tried (3), and
AWS_RETRY_MODE=adaptive slows down when the service asks for it.

Exit codes:
  0  all is done
  1  it failed; nothing stands under the name of the output
  2  the command line is wrong
  3  the output is there, but some fragments are missing in it
  130  it was stopped with Ctrl-C, and a later run of `kvs get` goes on";

pub(super) const TIMES: &str = "\
Times are written as 2026-11-24T10:00:00Z, as '2026-11-24 10:00' (UTC; seconds if need be), or as
how long ago they were: -2h, -30m, -90s, -1d.";

pub(super) const LIST_EXAMPLES: &str = "\
Examples:
  kvs list door --from '2026-11-24 10:00' --to '2026-11-24 10:05'
  kvs list door --from -1d --json | jq -r .number > numbers.txt";

pub(super) const GET_EXAMPLES: &str = "\
Examples:
  kvs get door --from '2026-11-24 10:00' --to '2026-11-24 10:05' -o door.mkv
  kvs get door --from -10m -o - | ffplay -
  kvs get door --from -2h --format mp4 -o door.mp4
  kvs get door --from -1d --format fragments -o door/
  kvs get door --fragments @door.mkv.missing.jsonl -o rest.mkv

The output stands under its name when it is whole, and not before. If the service cannot give some
of the fragments, the others are delivered, FILE.missing.jsonl names those that are not and says
why, and the exit code is 3. Where the tracks change in the middle, a second file begins, named
like the first with -2 at its end.

Fragments that are stored while a run goes on are found with --settle: those that go behind all
the rest are delivered, and FILE.missing.jsonl names those whose place has been passed.

A run that was killed, cut off or stopped with Ctrl-C is gone on with by the same command, and the
file comes out as if nothing had happened. Until then .FILE.part holds what was fetched, and
.FILE.journal tells what is done and what was to be fetched: the fragments that there were then, of
the range that was meant then, also where it was written as -2h. To give up, remove both files; to
begin anew, add --restart. A pipe, and other formats than mkv, begin anew each time.

Memory is 16 MiB and the --window, however large the fragments are. What is larger than the window
goes by a temporary file beside FILE, or for a pipe in the folder that TMPDIR names, which needs as
much room as the largest fragment, 50 MB at most. Nothing is left of it.

Exit codes:
  0  every fragment is there
  1  it failed; nothing stands under the name of the output
  2  the command line is wrong
  3  the output is there, but some fragments are missing in it
  130  it was stopped with Ctrl-C";

pub(super) const FRAMES_FORMS: &str = "\
What the folder holds:
  track-1.h264, .h265  pictures between start codes (Annex B), parameter sets before keyframes
  track-1.mjpeg        pictures, one after the other
  track-2.aac          sound with ADTS heads
  track-2.wav          PCM and G.711, with silence where nothing was recorded
  stereo.wav           beside them, two tracks of one channel, as contact centres record calls
  frames.jsonl         a line for each frame: `file`, `offset`, `bytes`, `track`, `fragment`, `time`
                       (when it was recorded), `position_ms` (from the beginning), `keyframe`

With --split, --keyframes or --stills each frame is a file, such as track-1-000042-20261124T100001.640Z.h264.
Where the tracks change in the middle, other files begin, with -2 at the end of their names.";

pub(super) const FRAMES_EXAMPLES: &str = "\
Examples:
  kvs frames door.mkv -o door-frames
  kvs frames door.mkv --track 1 -o - | ffplay -f h264 -
  kvs frames call --from -1h -o call            one WAV file for each end of a call, and both
  kvs frames door --from -10m --keyframes -o keyframes
  kvs frames door.mkv --stills jpg --keyframes -o stills      needs a kvs built with that feature

A word that is the name of a file means that file; with --from, --to, --by, --fragments or
--emulator it means a stream. Exit codes are those of `kvs get`; it is 3 too where a picture cannot be
decoded, since its data or what it refers to is not there; DIR.missing.jsonl names it.";

pub(super) const IMAGES_EXAMPLES: &str = "\
Examples:
  kvs images door --from '2026-11-24 10:00' --to '2026-11-24 10:05' --every 10s -o door
  kvs images door --from -1h -o an-hour-ago --format png
  kvs images door --from -1d --to -1h --every 30m --height 180 -o thumbnails

Each image is a file named by its moment, such as 20261124T100010.000Z.jpg, and images.jsonl has a line for
each: `file`, `bytes`, `time`. DIR.missing.jsonl names the moments of which there is no image, and says
why; the exit code is 3 then. `kvs frames --stills` decodes here instead, every frame if need be.";

pub(super) const INSPECT_EXAMPLES: &str = "\
Examples:
  kvs inspect door.mkv
  kvs inspect door.mkv --timeline door.svg
  curl -s https://example.com/door.mkv | kvs inspect --json -

Bit rates of fragments count all of their bytes, those of tracks count frames. GOP is from keyframe
to keyframe. What was not recorded for more than a second is shown as a gap.

Damaged places are told on standard error and skipped. The exit code is 1 if FILE cannot be read or
is not Matroska.";

pub(super) const REMUX_EXAMPLES: &str = "\
Examples:
  kvs remux door.mkv -o door.mp4
  kvs remux door.raw -o door.mkv
  kvs remux door.mkv --format mp4 -o - | ffplay -

Damaged places are told on standard error and left out. If there are any, or fragments that are cut
short or cannot be written, FILE.missing.jsonl names them and says why, and the exit code is 3.";

pub(super) const EMULATOR_EXAMPLES: &str = "\
Examples:
  kvs emulator --load door=door.mkv --load long=door.mkv,repeat=1000
  AWS_ACCESS_KEY_ID=emulator AWS_SECRET_ACCESS_KEY=emulator \\
    kvs --region us-east-1 --endpoint-url http://127.0.0.1:41739 list door

FILE of --faults says what happens to which share of requests, and seeds the dice:
  { \"seed\": 7, \"faults\": [
    { \"operation\": \"ListFragments\", \"share\": 0.2, \"fault\": \"throttle\" },
    { \"share\": 0.1, \"fault\": { \"status\": { \"status\": 503, \"code\": \"ServiceUnavailable\" } } } ] }
Other faults: { \"delay\": { \"milliseconds\": 200 } }, { \"stall\": { \"after\": 4096 } },
  { \"cut\": { \"after\": 4096 } }, { \"in_band_error\": { \"code\": \"FRAGMENT_NOT_FOUND\", \"id\": 3000 } },
  \"shuffled\", \"duplicated\", { \"skewed_clock\": { \"seconds\": -3600 } }
While it runs, GET, PUT and DELETE of /emulator/faults tell, set and clear them.

GetImages is answered by a kvs that was built with --features stills, and refused by others.

It takes requests that are signed with the key `emulator` and the secret `emulator`, and runs until
it is stopped with Ctrl-C.";
