"""Answers as small as the browser takes them: brotli, else gzip, else plain."""

from __future__ import annotations

import gzip
from functools import lru_cache

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# Smaller ones do not gain what the header costs.
WORTH_IT = 200


def accepted(request: HttpRequest) -> str:
    """The encoding to answer in: "br", "gzip" or "". Refusals by q=0 are heard."""
    offered = request.headers.get("Accept-Encoding", "").lower().split(",")
    names = {
        name.strip()
        for name, _, weight in (one.partition(";") for one in offered)
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    }
    return next((one for one in ("br", "gzip") if one in names), "")


def compress(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Compress a page that was made just now: quickly, and not kept."""
    patch_vary_headers(response, ("Accept-Encoding",))
    encoding = accepted(request)
    body = response.content
    if encoding and len(body) >= WORTH_IT and "Content-Encoding" not in response:
        small = brotli.compress(body, quality=5) if encoding == "br" else gzip.compress(body, 6)
        response.content = small
        response["Content-Encoding"] = encoding
    return response


@lru_cache(maxsize=128)
def smallest(body: bytes, encoding: str) -> bytes:
    """A file that is sent often, at the best quality; each is compressed once per process."""
    if encoding == "br":
        return bytes(brotli.compress(body, mode=brotli.MODE_TEXT))
    return gzip.compress(body, 9, mtime=0) if encoding == "gzip" else body


def file(request: HttpRequest, body: bytes, content_type: str) -> HttpResponse:
    """A public file for the pages of any site."""
    encoding = accepted(request) if body else ""
    response = HttpResponse(smallest(body, encoding), content_type=content_type)
    if encoding:
        response["Content-Encoding"] = encoding
    response["Vary"] = "Accept-Encoding"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
