"""Holds our requests against those of botocore: requests.py PROGRAM CASES

For every operation of the family, random inputs out of botocore's own model. Method, address,
headers (but the user agent and what the transport adds), body (as JSON, numbers exact) and signature must
be equal. The two spell their JSON with other spaces, so that botocore's signer is given our bytes.
"""
import base64, datetime, json, random, subprocess, sys
from decimal import Decimal
from re import _parser

import botocore.auth, botocore.session
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.timezone.utc)
SERVICES = ["kinesis-video-archived-media", "kinesisvideo", "kinesis-video-media",
            "kinesis-video-signaling", "kinesis-video-webrtc-storage"]
botocore.auth.get_current_datetime = lambda remove_tzinfo=True: (
    NOW.replace(tzinfo=None) if remove_tzinfo else NOW)
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


def value(shape, depth=0):
    """A value for botocore, and the same one in our JSON."""
    kind, meta = shape.type_name, shape.metadata
    if kind == "structure":
        theirs, ours = {}, {}
        one_of = [n for n in ("StreamName", "ChannelName") if n in shape.members and depth == 0]
        for name, member in shape.members.items():
            if name in shape.required_members or name in one_of or draw.random() < 0.6:
                theirs[name], ours[name] = value(member, depth + 1)
        return theirs, ours
    low, high = int(meta.get("min", 0)), int(meta.get("max", 0))
    if kind == "list":
        least = max(low, 0)
        both = [value(shape.member, depth + 1) for _ in range(draw.randint(least, max(least, min(high or 4, 4))))]
        return [b[0] for b in both], [b[1] for b in both]
    if kind == "map":
        both = [(value(shape.key, depth + 1)[0], value(shape.value, depth + 1)) for _ in range(draw.randint(max(low, 1), 3))]
        return {k: v[0] for k, v in both}, {k: v[1] for k, v in both}
    if kind == "timestamp":
        moment = datetime.datetime.fromtimestamp(draw.randint(0, 4_000_000_000), datetime.timezone.utc)
        # Whole seconds: botocore drops the milliseconds, which the services know and we send.
        return moment, int(moment.timestamp())
    if kind == "boolean":
        flag = draw.random() < 0.5
        return flag, flag
    if kind in ("integer", "long"):
        number = draw.randint(low, high or low + 2**31 - 1 - low)
        return number, number
    if kind in ("float", "double"):
        number = draw.uniform(-1e6, 1e6)
        return number, number
    if kind == "blob":
        raw = draw.randbytes(draw.randint(max(low, 1), 40))
        return raw, base64.b64encode(raw).decode()
    text = draw.choice(shape.enum) if getattr(shape, "enum", None) else None
    if text is None and "pattern" in meta:
        text = matching(meta["pattern"])
    if text is None:
        text = "".join(draw.choice('abcXYZ019-_ "\\/é\u2028😀\n') for _ in range(draw.randint(1, 20)))
    if len(text) < low:
        text += "0" * (low - len(text))
    return text, text


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def exact(body):
    return json.loads(body, parse_float=Decimal) if body else None


def signature(request, body):
    """What botocore's signer makes of the body that we send."""
    again = AWSRequest(request.method, request.url, {"Content-Type": text(request.headers["Content-Type"])}, body)
    credentials = Credentials("AKID", "secret", "token")
    botocore.auth.SigV4Auth(credentials, "kinesisvideo", "eu-west-1").add_auth(again)
    return again.headers["Authorization"]


def differences(theirs, ours):
    if "problem" in ours:
        yield f"is refused: {ours['problem']}"
        return
    for what, a, b in [("method", theirs.method, ours["method"]), ("address", theirs.url, ours["url"])]:
        if a != b:
            yield f"{what}: {a!r} there, {b!r} here"
    aside = {"user-agent", "content-length", "authorization", "host", "amz-sdk-invocation-id", "amz-sdk-request"}
    names = lambda headers: {k.lower(): text(v) for k, v in headers.items() if k.lower() not in aside}
    a, b = names(theirs.headers), names(ours["headers"])
    if a != b:
        yield f"headers: {a} there, {b} here"
    a, b = exact(text(theirs.body)), exact(ours["body"])
    if a != b:
        yield f"body: {a} there, {b} here"
    a, b = signature(theirs, ours["body"].encode()), ours["headers"].get("authorization")
    if a != b:
        yield f"signature: {a} there, {b} here"


def main(cases, *program):
    session = botocore.session.get_session()
    session.set_credentials("AKID", "secret", "token")
    peer = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    failures = compared = operations = 0
    for service in SERVICES:
        client = session.create_client(service, region_name="eu-west-1", endpoint_url="https://service.test")
        sent = []

        def keep(request, **_):
            sent.append(request)
            class Raw:
                def stream(self, *_, **__):
                    yield b"{}"
                def read(self, *_):
                    return b""
            return AWSResponse(request.url, 200, {}, Raw())

        client.meta.events.register("before-send", keep)
        for method, operation in client.meta.method_to_api_mapping.items():
            operations += 1
            model = client.meta.service_model.operation_model(operation)
            for _ in range(int(cases)):
                theirs, ours = value(model.input_shape) if model.input_shape else ({}, {})
                sent.clear()
                getattr(client, method)(**theirs)
                peer.stdin.write(json.dumps({"operation": operation, "input": ours}) + "\n")
                peer.stdin.flush()
                compared += 1
                for difference in differences(sent[0], json.loads(peer.stdout.readline())):
                    failures += 1
                    if failures <= 20:
                        print(f"{operation} {ours}: {difference}")
    print(f"requests like botocore's: {compared} compared of {operations} operations, {failures} differ")
    return 1 if failures or operations != 43 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
