"""Holds our requests against those of botocore: requests.py CASES PROGRAM

For every operation of the family, random inputs out of botocore's own model. Method, address,
headers (but the user agent and what the transport adds), body (as JSON, numbers exact) and signature must
be equal. The two spell their JSON with other spaces, so that botocore's signer is given our bytes.
"""
import base64, datetime, json, sys
from decimal import Decimal

import botocore.auth, botocore.serialize
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from family import EPOCH, Ours, Tally, answer, draw, operations, string

NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.timezone.utc)
botocore.auth.get_current_datetime = lambda remove_tzinfo=True: (
    NOW.replace(tzinfo=None) if remove_tzinfo else NOW)


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
        millis = draw.randint(0, 4_000_000_000_000)
        # By default botocore drops the milliseconds, which the services know; it is asked for them.
        return EPOCH + datetime.timedelta(milliseconds=millis), millis / 1000
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
    text = string(shape)
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
    ours, tally, sent = Ours(program), Tally(), []

    def keep(request):
        sent.append(request)
        return answer(request, 200, {}, b"{}")

    for client, call, model in operations(keep):
        client._serializer = botocore.serialize.create_serializer(
            "rest-json", timestamp_precision=botocore.serialize.TIMESTAMP_PRECISION_MILLISECOND)
        for _ in range(int(cases)):
            theirs, mine = value(model.input_shape) if model.input_shape else ({}, {})
            sent.clear()
            call(**theirs)
            told = json.loads(ours.ask(operation=model.name, input=mine))
            tally.add(model.name, mine, differences(sent[0], told))
    return tally.close("requests")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
