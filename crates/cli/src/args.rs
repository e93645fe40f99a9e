//! The command line.

mod help;
mod images;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use kvs_archive::TimestampOrigin;
use kvs_archive::mkv::{self, BadFragmentNumber, FragmentNumber};

use self::help::{
    EMULATOR_EXAMPLES, EXAMPLES, FRAMES_EXAMPLES, FRAMES_FORMS, GET_EXAMPLES, INSPECT_EXAMPLES,
    LIST_EXAMPLES, REMUX_EXAMPLES, TIMES,
};
pub(crate) use self::images::Images;
use crate::exit::{self, Failure};
use crate::time::Moment;

/// List, fetch and inspect archived video of Amazon Kinesis Video Streams
#[derive(Debug, Parser)]
#[command(name = "kvs", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Use an emulator inside this process, with the stream `demo`
    #[arg(long, global = true)]
    pub(crate) emulator: bool,
    /// Carry requests with this HTTP library
    #[arg(long, global = true, value_enum, default_value_t, value_name = "NAME")]
    pub(crate) transport: Transport,
    /// Endpoint of the control service, such as that of `kvs emulator`
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// Region to work in
    #[arg(long, global = true)]
    pub(crate) region: Option<String>,
    /// Profile of the shared config and credentials files
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Say on standard error what is used, and what is being done
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Transport {
    /// Blocking, on ureq
    #[default]
    Ureq,
    /// Async, on hyper
    Hyper,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the streams of the account
    Streams(Streams),
    /// Show which fragments a stream holds
    List(List),
    /// Fetch fragments: as one file that plays, as they came, or one by one
    Get(Get),
    /// Write the frames of a file or a stream bare, for decoders and other programs
    Frames(Frames),
    /// Fetch images of moments, which the service decodes
    Images(Images),
    /// Show which fragments a Matroska file holds
    Inspect(Inspect),
    /// Write a Matroska file, or what the service once sent, anew: as one file that plays
    Remux(Remux),
    /// Serve Matroska files on this machine, as the service does
    Emulator(Emulator),
}

#[derive(Debug, Args)]
pub(crate) struct Streams {
    /// Write JSON Lines: `name`, `arn`, `status`, `retention_hours`, `media_type`, `created`
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = format!("{TIMES}\n\n{LIST_EXAMPLES}"))]
pub(crate) struct List {
    /// Name or ARN of the stream
    pub(crate) stream: String,
    #[command(flatten)]
    pub(crate) range: Range,
    /// Write JSON Lines: `number`, `bytes`, `producer_timestamp`, `server_timestamp`, `duration_ms`
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Range {
    /// Take what began at this time or later [default: from the beginning]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<Moment>,
    /// Take what began at this time or earlier [default: to the end]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<Moment>,
    /// Whose clock tells the time
    #[arg(long, value_enum, default_value_t, value_name = "WHOM")]
    pub(crate) by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum By {
    /// When a fragment was recorded, as the producer says
    #[default]
    Producer,
    /// When the service received it
    Server,
}

impl From<By> for TimestampOrigin {
    fn from(by: By) -> Self {
        match by {
            By::Producer => Self::Producer,
            By::Server => Self::Server,
        }
    }
}

/// Which fragments of a stream.
#[derive(Debug, Args)]
pub(crate) struct Which {
    #[command(flatten)]
    pub(crate) range: Range,
    /// Take these fragments, by number; @FILE reads them from a file, one a line, or from JSON
    /// Lines that have a `number`, as `kvs list --json` writes them
    #[arg(long, value_name = "N,N|@FILE", conflicts_with_all = ["from", "to", "by"])]
    pub(crate) fragments: Option<Numbers>,
}

#[derive(Debug, Args)]
#[command(after_help = format!("{TIMES}\n\n{GET_EXAMPLES}"))]
pub(crate) struct Get {
    /// Name or ARN of the stream
    pub(crate) stream: String,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Where to write; `-` is standard output, for a pipe
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    /// What becomes of times in which nothing was recorded
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) gaps: Gaps,
    /// Replace what stands under the name of the output
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Begin anew where an earlier run has left something to go on with
    #[arg(long)]
    pub(crate) restart: bool,
    /// Deliver nothing if a fragment is missing
    #[arg(long)]
    pub(crate) strict: bool,
    /// List the range once more at the end, and fetch what has come to light meanwhile
    #[arg(long, conflicts_with = "fragments")]
    pub(crate) settle: bool,
    /// MiB of fragments to hold in memory; larger ones go by a temporary file
    #[arg(long, value_name = "MIB", default_value_t = 32)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) window: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// One file that plays
    #[default]
    Mkv,
    /// The same as MP4: with its index in front, or in a pipe in fragments
    Mp4,
    /// The bytes as the service sent them
    Raw,
    /// A folder: each fragment as a file that plays, and index.jsonl
    Fragments,
}

/// What becomes of gaps of a second or longer in a file that plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Gaps {
    /// The file plays on without a pause
    #[default]
    Close,
    /// The file pauses for as long, so that its time runs as that of the recording
    Keep,
}

impl From<Gaps> for mkv::Gaps {
    fn from(gaps: Gaps) -> Self {
        match gaps {
            Gaps::Close => Self::Close,
            Gaps::Keep => Self::Keep,
        }
    }
}

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stills {
    /// Small
    Jpg,
    /// Exactly as decoded
    Png,
}

/// Fragment numbers, or where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Numbers {
    These(Vec<FragmentNumber>),
    In(PathBuf),
}

impl FromStr for Numbers {
    type Err = BadFragmentNumber;

    fn from_str(text: &str) -> Result<Self, BadFragmentNumber> {
        if let Some(file) = text.strip_prefix('@') {
            return Ok(Self::In(file.into()));
        }
        let numbers = text.split(',').map(|number| number.trim().parse());
        numbers.collect::<Result<_, _>>().map(Self::These)
    }
}

#[derive(Debug, Args)]
#[command(after_help = format!("{FRAMES_FORMS}\n\n{TIMES}\n\n{FRAMES_EXAMPLES}"))]
pub(crate) struct Frames {
    /// File to read (`-` is standard input), or name or ARN of a stream
    #[arg(value_name = "FILE|STREAM")]
    pub(crate) source: PathBuf,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Take these tracks, by number [default: all]
    #[arg(long, value_name = "N,N", value_delimiter = ',')]
    pub(crate) track: Vec<u64>,
    /// Take pictures that decoding can begin at, and nothing else; in a folder, each as a file
    #[arg(long)]
    pub(crate) keyframes: bool,
    /// Write each frame as a file
    #[arg(long)]
    pub(crate) split: bool,
    /// Write each picture of H.264 or Motion JPEG as an image; with --keyframes, fewer of them
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) stills: Option<Stills>,
    /// Folder to write; `-` is standard output, for one track
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// What becomes of times in which nothing was recorded
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) gaps: Gaps,
    /// Replace what stands under the name of the output
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Deliver nothing if a fragment is missing, or a picture cannot be decoded
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, Args)]
#[command(after_help = INSPECT_EXAMPLES)]
pub(crate) struct Inspect {
    /// File to read; `-` is standard input
    pub(crate) file: PathBuf,
    /// Write JSON Lines: `number`, `server_timestamp`, `producer_timestamp`, `duration_ms`,
    /// `bytes`, `frames`, `keyframes` (of all tracks), `tracks`, `state` (complete, truncated,
    /// empty or error), `error`
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw what was recorded when, and what was not, as SVG
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) timeline: Option<PathBuf>,
    /// Replace what stands under the name of the timeline
    #[arg(long, requires = "timeline")]
    pub(crate) overwrite: bool,
}

#[derive(Debug, Args)]
#[command(after_help = REMUX_EXAMPLES)]
pub(crate) struct Remux {
    /// File to read; `-` is standard input
    pub(crate) file: PathBuf,
    /// Where to write; `-` is standard output, for a pipe
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// What to write [default: by the name of the output, .mp4 or .mkv]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// What becomes of times in which nothing was recorded
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) gaps: Gaps,
    /// Replace what stands under the name of the output
    #[arg(long)]
    pub(crate) overwrite: bool,
}

#[derive(Debug, Args)]
#[command(after_help = EMULATOR_EXAMPLES)]
pub(crate) struct Emulator {
    /// Address to listen on; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Serve FILE as the stream NAME, N times in a row [default: the stream `demo`, without --data]
    #[arg(long, value_name = "NAME=FILE[,repeat=N]")]
    pub(crate) load: Vec<Load>,
    /// Send media no faster than that
    #[arg(long, value_name = "BYTES/S", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) rate: Option<u64>,
    /// Add a line of JSON to FILE for each request
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Speak HTTPS, and write the certificate that clients have to trust to FILE; needs a kvs built
    /// with the feature `tls`
    #[arg(long, value_name = "FILE")]
    pub(crate) tls: Option<PathBuf>,
    /// Keep streams that are created and what is put into them in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Keep the quotas that the service publishes
    #[arg(long)]
    pub(crate) quotas: bool,
    /// Let go wrong what FILE says, in JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Write the URL to FILE once requests are taken
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
}

/// A file to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    pub(crate) repeat: u32,
}

impl FromStr for Load {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (name, file) = text
            .split_once('=')
            .filter(|(name, file)| !name.is_empty() && !file.is_empty())
            .ok_or("write NAME=FILE, as in door=door.mkv")?;
        let (file, repeat) = match file.rsplit_once(",repeat=") {
            None => (file, 1),
            Some((file, count)) => match count.parse() {
                Ok(count @ 1..) => (file, count),
                _ => return Err("repeat is a number from 1, as in door=door.mkv,repeat=100"),
            },
        };
        Ok(Self {
            name: name.to_owned(),
            file: file.into(),
            repeat,
        })
    }
}

/// Ends a run whose command line asks for help, or cannot be read.
pub(crate) fn end(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // A reader that has seen enough of the help is no failure.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(u8::MAX))
        }
        _ => exit::end(Err(Failure::usage(summary(&error.to_string())))),
    }
}

/// What clap says, without the paragraphs that repeat the usage.
fn summary(rendered: &str) -> String {
    let said = rendered.strip_prefix("error: ").unwrap_or(rendered);
    let said: Vec<&str> = said
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .filter(|line| !line.is_empty())
        .collect();
    format!("{}; --help tells more", said.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn refusal(line: &str) -> String {
        let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        summary(&error.to_string())
    }

    fn get(line: &str) -> Get {
        match Cli::try_parse_from(line.split(' ')).unwrap().command {
            Command::Get(get) => get,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_anywhere() {
        for line in ["kvs --emulator -v streams", "kvs streams -v --emulator"] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            assert!(cli.global.emulator && cli.global.verbose, "{line}");
        }
    }

    #[test]
    fn times_may_begin_with_a_hyphen() {
        let get = get("kvs get door --from -2h --to -90s -o x.mkv");
        assert_eq!(get.which.range.from, Some("-2h".parse().unwrap()));
        assert_eq!(get.which.range.to, Some("-90s".parse().unwrap()));
    }

    #[test]
    fn fragments_are_named_or_in_a_file() {
        let numbers = get("kvs get door --fragments 12,3 -o x.mkv")
            .which
            .fragments;
        let expected = vec!["12".parse().unwrap(), "3".parse().unwrap()];
        assert_eq!(numbers, Some(Numbers::These(expected)));
        let numbers = get("kvs get door --fragments @list.txt -o x.mkv")
            .which
            .fragments;
        assert_eq!(numbers, Some(Numbers::In("list.txt".into())));
        refusal("kvs get door --fragments 12 --from -2h -o x.mkv");
    }

    #[test]
    fn refusals_are_short_and_name_the_culprit() {
        let line = refusal("kvs get door --fragments 12,x -o x.mkv");
        assert!(
            line.contains("--fragments") && line.contains("\"x\""),
            "{line}"
        );
        let line = refusal("kvs list door --from yesterday");
        assert!(line.contains("yesterday") && line.contains("-2h"), "{line}");
        let line = refusal("kvs get door");
        assert!(line.contains("--output"), "{line}");
        assert!(!line.contains('\n') && !line.contains("Usage"), "{line}");
    }

    #[test]
    fn loads_have_a_name_a_file_and_perhaps_a_count() {
        let load = |name: &str, file: &str, repeat| Load {
            name: name.to_owned(),
            file: file.into(),
            repeat,
        };
        assert_eq!("a=b.mkv".parse(), Ok(load("a", "b.mkv", 1)));
        assert_eq!(
            "a=b=c,d.mkv,repeat=7".parse(),
            Ok(load("a", "b=c,d.mkv", 7))
        );
        for bad in ["b.mkv", "=b.mkv", "a=", "a=b,repeat=0", "a=b,repeat=x"] {
            assert!(bad.parse::<Load>().is_err(), "{bad}");
        }
    }
}
