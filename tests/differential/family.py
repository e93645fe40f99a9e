"""What the comparisons with botocore share: the family, random texts of its models, and our side."""
import datetime, json, os, random, subprocess
from re import _parser

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config

# botocore tells moments by the clock of the place it runs at.
os.environ["TZ"] = "UTC"
SERVICES = ["kinesis-video-archived-media", "kinesisvideo", "kinesis-video-media",
            "kinesis-video-signaling", "kinesis-video-webrtc-storage"]
OPERATIONS = 43
EPOCH = datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
draw = random.Random(20261124)


def matching(pattern):
    def one(op, value):
        op = str(op)
        if op == "LITERAL":
            return chr(value)
        if op == "ANY":
            return draw.choice("aZ0-_é")
        if op == "IN":
            if str(value[0][0]) == "NEGATE":
                banned = {chr(v) for o, v in value[1:] if str(o) == "LITERAL"}
                return draw.choice([c for c in "aZ0-_" if c not in banned])
            o, v = draw.choice(value)
            if str(o) == "RANGE":
                return chr(draw.randint(*v))
            if str(o) == "CATEGORY":
                return {"DIGIT": "7", "WORD": "w", "SPACE": " "}.get(str(v)[9:], "x")
            return chr(v)
        if op in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            return "".join(sequence(inner) for _ in range(draw.randint(low, min(int(high), low + 6))))
        if op == "SUBPATTERN":
            return sequence(value[3])
        if op == "BRANCH":
            return sequence(draw.choice(value[1]))
        if op == "CATEGORY":
            return "7"
        return ""
    sequence = lambda parts: "".join(one(op, value) for op, value in parts)
    # Classes that Python's expressions do not have.
    for name, characters in [("L", "a-zA-Zé"), ("Z", " "), ("N", "0-9")]:
        pattern = pattern.replace(f"\\p{{{name}}}", characters)
    return sequence(_parser.parse(pattern))


def string(shape):
    """A text that the model of a string allows."""
    text, low = None, int(shape.metadata.get("min", 0))
    if getattr(shape, "enum", None):
        text = draw.choice(shape.enum)
    elif "pattern" in shape.metadata:
        text = matching(shape.metadata["pattern"])
    if text is None:
        text = "".join(draw.choice('abcXYZ019-_ "\\/é\u2028😀\n') for _ in range(draw.randint(1, 20)))
    return text.ljust(low, "0")


class Raw:
    """The body of an answer, for botocore to read."""

    def __init__(self, body):
        self.body = body

    def stream(self, *_, **__):
        yield self.body

    def read(self, *_):
        return self.body


def answer(request, status, headers, body):
    return AWSResponse(request.url, status, headers, Raw(body))


def operations(answer_to):
    """Each operation with its client and method; `answer_to` stands in for the network."""
    session = botocore.session.get_session()
    session.set_credentials("AKID", "secret", "token")
    config = Config(retries={"total_max_attempts": 1})
    for service in SERVICES:
        client = session.create_client(
            service, region_name="eu-west-1", endpoint_url="https://service.test", config=config)
        client.meta.events.register("before-send", lambda request, **_: answer_to(request))
        for method, operation in client.meta.method_to_api_mapping.items():
            model = client.meta.service_model.operation_model(operation)
            yield client, getattr(client, method), model


class Ours:
    """Our side: a program that answers each line with one."""

    def __init__(self, program):
        self.program = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, **question):
        self.program.stdin.write(json.dumps(question) + "\n")
        self.program.stdin.flush()
        return self.program.stdout.readline()


class Tally:
    """Counts what differs, and shows the first of it."""

    def __init__(self):
        self.compared = self.failures = 0
        self.operations = set()

    def add(self, operation, case, differences):
        self.compared += 1
        self.operations.add(operation)
        for difference in differences:
            self.failures += 1
            if self.failures <= 20:
                print(f"{operation} {case}: {difference}")

    def close(self, what):
        """Says how it went; 0 where all is equal."""
        print(f"{what} like botocore's: {self.compared} compared of {len(self.operations)} operations, "
              f"{self.failures} differ")
        return 1 if self.failures or len(self.operations) != OPERATIONS else 0
