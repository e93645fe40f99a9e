"""Holds what we make of answers against what botocore does: responses.py CASES PROGRAM

For every operation of the family, random outputs and errors out of botocore's own model, in the many
spellings that JSON and services have. All members of outputs (but streamed payloads), and code,
message, request and members of errors must be equal, except in what UNLIKE says.
"""
import base64, collections, datetime, json, sys
from decimal import Decimal

from botocore.exceptions import ClientError

from family import EPOCH, Ours, Tally, answer, draw, operations, string
from requests import value
from spellings import dumped, elements, members, moment, nonsense, space

# How much of a body that is no JSON makes a message.
EXCERPT = 200
# So many cases of an operation show all that is in UNLIKE.
ENOUGH = 50


def without_nulls(value):
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls(v) for v in value if v is not None]
    return value


# By structure; the models that botocore carries do not tell.
DEFAULTS = {"Fragment": {"FragmentSizeInBytes": 0, "FragmentLengthInMilliseconds": 0}}


def with_defaults(value, shape):
    if shape.type_name == "structure":
        given = {k: with_defaults(v, shape.members[k]) for k, v in value.items()}
        return DEFAULTS.get(shape.name, {}) | given
    if shape.type_name == "list":
        return [v if v is None else with_defaults(v, shape.member) for v in value]
    return value


def in_truth(*fields):
    """These parts of an error are as the answer was made, not as botocore tells them."""
    return lambda theirs, truth: {**theirs, **{field: truth[field] for field in fields}}


REFUSED = {"problem"}
WHOLE = ("code", "message", "status", "request_id", "modelled")
# How an answer is made, why botocore's reading of it is not ours, and what ours is instead.
UNLIKE = {
    "a null in a list or a map": (
        "no list or map of the family may hold one, and an Option around each element would say so",
        lambda theirs, truth: without_nulls(theirs)),
    "an absent member that has a default": (
        "the model gives the value that its absence means",
        lambda theirs, truth: {"output": with_defaults(theirs["output"], truth["shape"])}),
    "an output that is no JSON": (
        "botocore makes an output without members of it, as if the service had said so",
        lambda theirs, truth: REFUSED),
    "no code": (
        "botocore puts the status in its place, which callers have beside it",
        in_truth("code")),
    "a code that is a number": (
        "it is the status once more; the name of the error stands elsewhere",
        in_truth("code", "modelled")),
    "x-amz-errortype": (
        "some front ends spell the header like this",
        in_truth("code", "modelled")),
    "a message of the other spelling": (
        "services spell it as they like, so that the member of the error has either",
        in_truth("modelled")),
    "a message that is null": (
        "there is none, which callers tell by its being empty",
        in_truth("message")),
    "an error that is no JSON": (
        "a line of it is for people to read; botocore takes all of it, and for a member too",
        in_truth("message", "modelled")),
    "an error that is no text": (
        "botocore cannot decode it, and loses the status along with it",
        lambda theirs, truth: {field: truth[field] for field in WHOLE}),
    "an error in XML": (
        "front ends answer in it before the service does; botocore reads none of it here",
        in_truth("code", "message", "modelled")),
    "a broken server": (
        "botocore ignores the headers of 5xx without a body, or with HTML, and puts words of its own",
        in_truth("code", "message", "modelled", "request_id")),
}


def wire(shape, quirks):
    """A value of the shape as it may come in."""
    kind, meta = shape.type_name, shape.metadata
    low, high = int(meta.get("min", 0)), int(meta.get("max", 0))
    if kind == "structure":
        return structure(shape, quirks)
    if kind == "list":
        values = [wire(shape.member, quirks) for _ in range(draw.randint(0, 4))]
        return elements(holed(values, "null", quirks))
    if kind == "map":
        pairs = [(string(shape.key), wire(shape.value, quirks)) for _ in range(draw.randint(0, 4))]
        return members(holed(list(dict(pairs).items()), ("hole", "null"), quirks))
    if kind == "timestamp":
        return moment()
    if kind == "boolean":
        return draw.choice(["true", "false"])
    if kind == "integer":
        return str(draw.randint(low or -2**31, high or 2**31 - 1))
    if kind == "long":
        return str(draw.choice([draw.randint(low, high or 2**40), -2**63, 2**63 - 1]))
    if kind == "blob":
        return dumped(base64.b64encode(draw.randbytes(draw.randint(0, 40))).decode())
    if kind == "string":
        # Services grow: enumerations have values that no model has.
        return dumped("NEW_" + string(shape) if draw.random() < 0.1 else string(shape))
    raise ValueError(f"no values of the type {kind} are drawn yet")


def holed(values, hole, quirks):
    if draw.random() < 0.05:
        quirks.add("a null in a list or a map")
        values.insert(draw.randint(0, len(values)), hole)
    return values


def structure(shape, quirks):
    pairs = []
    if shape.name in DEFAULTS:
        quirks.add("an absent member that has a default")
    for name, member in shape.members.items():
        if "location" in member.serialization or name == shape.serialization.get("payload"):
            continue
        on_wire = member.serialization.get("name", name)
        if (chance := draw.random()) < 0.7:
            pairs.append((on_wire, wire(member, quirks)))
        elif chance < 0.8:
            pairs.append((on_wire, "null"))
        if draw.random() < 0.05:
            # Of those that stand there twice, the last one counts.
            pairs.append((on_wire, draw.choice(["null", wire(member, quirks)])))
    if draw.random() < 0.2:
        pairs.append((draw.choice(["x0", "__type", "Übermut", ""]), nonsense()))
    return members(pairs)


class Case:
    """An answer, what is odd about it, and what it says."""

    def __init__(self, model):
        self.quirks, self.truth, self.headers, self.status = set(), {}, {}, 200
        if draw.random() < 0.7:
            self.request_id = "".join(draw.choices("0123456789abcdef-", k=36))
            self.headers[spelled("x-amzn-RequestId")] = self.request_id
        else:
            self.request_id = None
        (self.output if draw.random() < 0.5 else self.error)(model)

    def __str__(self):
        return f"{self.status} {self.headers} {self.body!r}"

    def output(self, model):
        shape, self.body, self.truth = model.output_shape, b"", {"shape": model.output_shape}
        for name, member in shape.members.items() if shape else []:
            if member.serialization.get("location") == "header" and draw.random() < 0.8:
                self.headers[spelled(member.serialization["name"])] = draw.choice(["video/mp4", 'a/b; c="d"'])
        if model.has_streaming_output:
            self.body = draw.randbytes(20)
        elif shape and draw.random() < 0.95:
            self.body = f"{space()}{structure(shape, self.quirks)}{space()}".encode()
        elif shape and shape.members and draw.random() < 0.5:
            self.quirks = {"an output that is no JSON"}
            self.body = draw.choice([b"<html>", b'{"cut":', b"{]", b'{"a" 1}', b"{} {}"])

    def error(self, model):
        service = model.service_model
        shape = draw.choice([*model.error_shapes, *service.error_shapes, None])
        unknown = draw.choice(["InternalFailure", "ÜnknownException", "Throttling"])
        code = shape.error_code if shape else unknown
        self.status = draw.choice([400, 403, 404, 413, 429, 500, 502, 503, 504])
        if shape and draw.random() < 0.7:
            self.status = shape.metadata["error"]["httpStatusCode"]
        self.truth = {"code": "", "message": "", "status": self.status, "request_id": self.request_id}
        (self.in_json if draw.random() < 0.75 else self.in_something_else)(code)
        known = service.shape_for_error_code(self.truth["code"])
        inner = self.truth.pop("members")
        self.truth["modelled"] = {name_of(known): inner} if known else None
        if known and inner and self.spelling not in known.members:
            self.quirks.add("a message of the other spelling")
        if self.status >= 500 and (not self.body.strip() or self.body.strip().startswith(b"<html>")):
            self.quirks = {"a broken server"}

    def in_json(self, code):
        pairs = [(f"x{i}", nonsense()) for i in range(draw.randrange(3))]
        pairs += self.code_places(code)
        self.truth["members"] = {}
        self.spelling = draw.choice(["message", "Message"])
        if (chance := draw.random()) < 0.8:
            text = draw.choice(["", "no", 'Ärger: "a/b"\n😀'])
            pairs.append((self.spelling, dumped(text)))
            self.truth |= {"message": text, "members": {"message": text}}
            if draw.random() < 0.1:
                pairs.append((other(self.spelling), dumped(text)))
        elif chance < 0.85:
            pairs.append((self.spelling, "null"))
            self.quirks.add("a message that is null")
        self.body = members(pairs).encode()

    def code_places(self, code):
        """Writes the code into one or more places; members of the body are given back."""
        place = draw.choice(["header", "header", "code", "Code", "__type", "all", "number", "other", "none"])
        if place != "none":
            self.truth["code"] = code
        if place in ("header", "all"):
            self.headers[spelled("x-amzn-ErrorType")] = decorated(code)
        if place == "other":
            self.quirks.add("x-amz-errortype")
            self.headers[spelled("x-amz-ErrorType")] = decorated(code)
        if place == "all":
            return [("code", dumped("Less")), ("__type", dumped("Least"))]
        if place == "number":
            self.quirks.add("a code that is a number")
            return [("code", str(self.status)), ("__type", dumped(decorated(code)))]
        if place in ("header", "other", "none"):
            if place == "none":
                self.quirks.add("no code")
            return []
        lesser = [("__type", dumped("Least"))] if place != "__type" and draw.random() < 0.3 else []
        return lesser + [(place, dumped(decorated(code)))]

    def in_something_else(self, code):
        self.truth["members"], self.spelling = {}, None
        if draw.random() < 0.6:
            self.headers[spelled("x-amzn-ErrorType")] = decorated(code)
            self.truth["code"] = code
        else:
            self.quirks.add("no code")
        kind = draw.choice(["nothing", "text", "bytes", "XML"])
        if kind == "nothing":
            self.body = b""
        elif kind == "text":
            self.quirks.add("an error that is no JSON")
            html = "<html> <b>Bad\tGateway</b>\n"
            text = draw.choice([html, "Bad  Gateway", '{"message":"cut', "ä" * 300])
            self.body = text.encode()
            self.truth["message"] = " ".join(text.split())[:EXCERPT]
        elif kind == "bytes":
            self.quirks = {"an error that is no text"}
            self.body, self.truth["message"] = b"a \xff", "a \ufffd"
        else:
            self.quirks = {"an error in XML"}
            self.body = f"<{code}><Message>no &amp; no</Message></{code}>".encode()
            self.truth |= {"message": "no & no", "members": {"message": "no & no"}}
            self.truth["code"] = code


def spelled(header):
    return draw.choice([header, header.lower()])


def other(spelling):
    return "Message" if spelling == "message" else "message"


def decorated(code):
    head = draw.choice(["", "", "aws.kinesisvideo#", "com.amazon.coral.service#"])
    return head + code + draw.choice(["", "", ":", ":http://internal.example/coral/com.amazon.kinesisvideo/"])


def name_of(shape):
    return shape.name.removesuffix("Exception")


def plain(value):
    """Our JSON for what botocore gives."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return Decimal((value - EPOCH) // datetime.timedelta(microseconds=1)) / 10**6
    return value


def theirs(call, model, given):
    try:
        output = call(**given)
    except ClientError as error:
        told = error.response
        known = model.service_model.shape_for_error_code(told["Error"]["Code"])
        # The models spell the member in two ways; for us it is one.
        inner = {name.lower(): told[name] for name in known.members if name in told} if known else {}
        return {
            "code": told["Error"]["Code"],
            "message": told["Error"]["Message"],
            "status": told["ResponseMetadata"]["HTTPStatusCode"],
            "request_id": told["ResponseMetadata"].get("RequestId"),
            "modelled": {name_of(known): inner} if known else None,
        }
    except UnicodeDecodeError:
        return REFUSED
    aside = {"ResponseMetadata", model.output_shape and model.output_shape.serialization.get("payload")}
    return {"output": {k: plain(v) for k, v in output.items() if k not in aside}}


def main(cases, *program):
    ours, tally, shown, next_answer = Ours(program), Tally(), collections.Counter(), []

    def say(request):
        case = next_answer[0]
        return answer(request, case.status, case.headers, case.body)

    for client, call, model in operations(say):
        given, mine = value(model.input_shape) if model.input_shape else ({}, {})
        for _ in range(int(cases)):
            case = Case(model)
            next_answer[:] = [case]
            a = theirs(call, model, given)
            for quirk, (_, ours_is) in UNLIKE.items():
                if quirk in case.quirks:
                    shown[quirk] += 1
                    a = ours_is(a, case.truth)
            told = ours.ask(operation=model.name, input=mine, answer={
                "status": case.status, "headers": list(case.headers.items()),
                "body": base64.b64encode(case.body).decode()})
            b = json.loads(told, parse_float=Decimal)
            same = b.keys() == REFUSED if a == REFUSED else a == b
            tally.add(model.name, case, [] if same else [f"{a} there, {b} here"])
    stale = [quirk for quirk in UNLIKE if not shown[quirk]] if int(cases) >= ENOUGH else []
    for quirk in stale:
        print(f"no answer has shown what is said of {quirk}")
    by_design = sum(shown.values())
    print(f"{by_design} differences from botocore are meant, of {len(shown)} kinds")
    return tally.close("answers") or int(bool(stale))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
