"""boto3, as a program to measure; the jobs are those of `clients/`."""

import sys
import time

import boto3
import botocore.parsers
from botocore.awsrequest import AWSResponse
from botocore.config import Config

KEYS = {
    "region_name": "eu-west-1",
    "aws_access_key_id": "AKIDEXAMPLE",
    "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}


def client(origin, api):
    control = boto3.client("kinesisvideo", endpoint_url=origin, **KEYS)
    endpoint = control.get_data_endpoint(StreamName="door", APIName=api)["DataEndpoint"]
    return archived(endpoint)


def archived(endpoint):
    config = Config(read_timeout=600)
    return boto3.client(
        "kinesis-video-archived-media", endpoint_url=endpoint, config=config, **KEYS
    )


def numbers(count):
    return [f"9134385233318150666695160{index:022}" for index in range(count)]


def repeat(times, job):
    for _ in range(int(times)):
        start = time.perf_counter_ns()
        job()
        print(time.perf_counter_ns() - start)


def media(origin):
    found = client(origin, "GET_MEDIA_FOR_FRAGMENT_LIST")
    return found.get_media_for_fragment_list(
        StreamName="door", Fragments=numbers(1000)
    )["Payload"].iter_chunks(128 << 10)


def main(words):
    match words:
        case ["list", origin, times]:
            found = client(origin, "LIST_FRAGMENTS")
            repeat(times, lambda: found.list_fragments(StreamName="door", MaxResults=1000))
        case ["body", origin]:
            print(sum(map(len, media(origin))))
        case ["file", origin, path]:
            with open(path, "wb") as file:
                for piece in media(origin):
                    file.write(piece)
        case ["sign", times, fragments]:
            nobody = archived("http://127.0.0.1:9")

            class Raw:
                def stream(self):
                    return iter(())

            answer = lambda request, **_: AWSResponse(request.url, 200, {}, Raw())
            nobody.meta.events.register("before-send.*", answer)
            asked = numbers(int(fragments))
            job = lambda: nobody.get_media_for_fragment_list(StreamName="door", Fragments=asked)
            repeat(times, job)
        case ["parse", times, path]:
            with open(path, "rb") as file:
                body = file.read()
            model = archived("http://127.0.0.1:9").meta.service_model
            shape = model.operation_model("ListFragments").output_shape
            parser = botocore.parsers.create_parser("rest-json")
            answer = {"status_code": 200, "headers": {}, "body": body}
            repeat(times, lambda: parser.parse(answer, shape))
        case _:
            sys.exit("see the head of this file")


main(sys.argv[1:])
