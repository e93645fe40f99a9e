"""JSON in spellings that are as good as any other: spaces, escapes, orders, notations of numbers."""
import datetime, json
from decimal import Decimal

from family import EPOCH, draw


def space():
    return draw.choice(["", "", "", " ", "\n", "\t", "\r\n  "])


def dumped(text):
    def one(c):
        if draw.random() < 0.1:
            units = c.encode("utf-16-be")
            return "".join(f"\\u{units[i:i + 2].hex()}" for i in range(0, len(units), 2))
        return "\\/" if c == "/" and draw.random() < 0.5 else json.dumps(c, ensure_ascii=False)[1:-1]
    return '"' + "".join(map(one, text)) + '"'


def members(pairs):
    draw.shuffle(pairs)
    inner = ",".join(f"{space()}{dumped(k)}{space()}:{space()}{v}{space()}" for k, v in pairs)
    return "{" + inner + "}"


def elements(values):
    return "[" + ",".join(f"{space()}{v}{space()}" for v in values) + "]"


def nonsense(depth=0):
    """What stands under a name that the model does not know."""
    kind = draw.randrange(8 if depth < 3 else 6)
    if kind == 6:
        return elements([nonsense(depth + 1) for _ in range(draw.randrange(4))])
    if kind == 7:
        return members([(f"x{i}", nonsense(depth + 1)) for i in range(draw.randrange(4))])
    return ["null", "true", "-0", "1e300", '"\\"}]"', str(draw.randrange(10**30))][kind]


def moment():
    seconds = Decimal(draw.choice([
        f"{draw.randint(-2 * 10**9, 4 * 10**9)}",
        f"{draw.randint(0, 8 * 10**12)}e-3",
        f"{draw.randint(0, 4 * 10**15)}e-6",
    ]))
    form = draw.random()
    if form < 0.8:
        return f"{seconds:f}"
    if form < 0.9:
        return f"{seconds:E}"
    at = EPOCH + datetime.timedelta(microseconds=int(seconds * 10**6))
    return dumped(draw.choice([
        f"{seconds:f}",
        at.isoformat().replace("+00:00", draw.choice(["Z", "+00:00"])),
        at.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30))).isoformat(),
        at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    ]))
