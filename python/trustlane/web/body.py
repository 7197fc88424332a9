"""A request's body: read within bounds, and taken apart where it has parts."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from trustlane.web.envelope import Told, told_by_json, told_by_parameters
from trustlane.web.problem import too_large, too_slow, unknown_type, wrong_request

MOST_PARTS = 2


async def message_and_told(request: Request, most_octets: int, seconds: float) -> tuple[bytes, Told]:
    """The message, and what is told of its envelope.

    Raises:
        Problem: the body is too large, too slow, of an unknown type, or not what it says.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("message/rfc822", "multipart/form-data"):
        raise unknown_type()
    parameters = told_by_parameters(request.query_params.multi_items(), request.headers.items())
    body = await _body(request, most_octets, seconds)
    if kind == "message/rfc822":
        return body, parameters
    if parameters:
        raise wrong_request("the envelope stands in its part, not in parameters too")
    return await _parts(request, body)


async def _body(request: Request, most_octets: int, seconds: float) -> bytes:
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > most_octets:
        raise too_large(most_octets)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most_octets:
                    raise too_large(most_octets)
    except TimeoutError:
        raise too_slow() from None
    except ClientDisconnect:
        raise wrong_request("the client went away") from None
    return bytes(body)


async def _parts(request: Request, body: bytes) -> tuple[bytes, Told]:
    async def stream() -> AsyncIterator[bytes]:
        yield body

    parser = MultiPartParser(request.headers, stream(), max_files=MOST_PARTS, max_fields=MOST_PARTS)  # type: ignore[arg-type]
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise wrong_request(f"the parts cannot be read: {error}") from error
    try:
        return await _message(form), told_by_json(await _envelope(form))
    finally:
        await form.close()


async def _message(form: FormData) -> bytes:
    part = form.get("message")
    if not isinstance(part, UploadFile):
        raise wrong_request("the part message is missing, or has no filename, which keeps its octets as they are")
    return await part.read()


async def _envelope(form: FormData) -> object:
    part = form.get("envelope", "{}")
    text = await part.read() if isinstance(part, UploadFile) else part
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise wrong_request(f"the envelope is no JSON: {error}") from error
