"""Sends operations that come as lines of JSON with boto3 or the AWS CLI, for `cargo xtask interop`.

`{"operation", "input", "payload": FILE}` in, `{"output"}` or `{"error"}` out. Endpoint, proxy and keys
are those of the environment.
"""

import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys

import boto3
import botocore.exceptions
import urllib3
from botocore import xform_name
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

CONTROL, *DATA = SERVICES = [
    "kinesisvideo",
    "kinesis-video-archived-media",
    "kinesis-video-media",
]
CLIENTS = {service: boto3.client(service) for service in SERVICES}


def service_of(operation):
    names = {s: c.meta.service_model.operation_names for s, c in CLIENTS.items()}
    return next(service for service in SERVICES if operation in names[service])


def endpoint(operation, given):
    stream = {k: given[k] for k in ("StreamName", "StreamARN") if k in given}
    answer = CLIENTS[CONTROL].get_data_endpoint(APIName=xform_name(operation).upper(), **stream)
    return answer["DataEndpoint"]


def with_boto3(service, operation, given, payload):
    client = CLIENTS[service]
    if service in DATA:
        client = boto3.client(service, endpoint_url=endpoint(operation, given))
    answer = getattr(client, xform_name(operation))(**given)
    for body in ("Payload", "Media"):
        if body in answer:
            with open(payload, "wb") as file:
                shutil.copyfileobj(answer[body], file)
    shape = client.meta.service_model.operation_model(operation).output_shape
    elsewhere = [n for n, m in shape.members.items() if m.serialization.get("location") == "header"]
    elsewhere += ["ResponseMetadata", shape.serialization.get("payload")]
    return {name: value for name, value in answer.items() if name not in elsewhere}


def with_cli(service, operation, given, payload):
    words = ["aws", service, xform_name(operation, "-")]
    program = pathlib.Path(sys.executable).with_name(words[0])
    words += ["--output", "json", "--no-paginate"]
    for name, value in given.items():
        words += ["--" + xform_name(name, "-"), value if isinstance(value, str) else json.dumps(value)]
    if service in DATA:
        words += ["--endpoint-url", endpoint(operation, given)]
    if CLIENTS[service].meta.service_model.operation_model(operation).has_streaming_output:
        words += [payload]
    run = subprocess.run([sys.executable, program, *words[1:]], capture_output=True, text=True)
    if run.returncode:
        code = re.search(r"An error occurred \((\w+)\)", run.stderr)
        if not code:
            raise RuntimeError(run.stderr.strip())
        raise botocore.exceptions.ClientError({"Error": {"Code": code[1]}}, operation)
    output = json.loads(run.stdout or "{}")
    # What travels in a header is no part of what is compared.
    output.pop("ContentType", None)
    return output


def put_media(given):
    """No SDK for Python has this: botocore signs the head, and the body goes out in chunks."""
    url = endpoint("PutMedia", given) + "/putMedia"
    head = AWSRequest("POST", url, headers={
        "x-amzn-stream-name": given["StreamName"],
        "x-amzn-fragment-timecode-type": given["FragmentTimecodeType"],
        "x-amzn-producer-start-timestamp": str(given["ProducerStartTimestamp"]),
    })
    session = boto3.Session()
    SigV4Auth(session.get_credentials(), "kinesisvideo", session.region_name).add_auth(head)
    with open(given["File"], "rb") as media:
        pieces = iter(lambda: media.read(10_000), b"")
        http = urllib3.PoolManager()
        answer = http.request("POST", url, headers=dict(head.headers), body=pieces, chunked=True)
    if answer.status != 200:
        raise RuntimeError(answer.data)
    return {"Acks": [json.loads(line) for line in answer.data.splitlines()]}


def as_sent(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(type(value))


def main():
    send = {"boto3": with_boto3, "aws": with_cli}[sys.argv[1]]
    for line in sys.stdin:
        case = json.loads(line)
        operation = case["operation"]
        try:
            if operation == "PutMedia":
                output = put_media(case["input"])
            else:
                output = send(service_of(operation), operation, case["input"], case.get("payload"))
            told = {"output": output}
        except botocore.exceptions.ClientError as error:
            told = {"error": error.response["Error"]["Code"]}
        except Exception as error:
            told = {"problem": repr(error)}
        print(json.dumps(told, default=as_sent), flush=True)


main()
