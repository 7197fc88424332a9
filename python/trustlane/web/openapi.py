"""The description of the interface for programs (OpenAPI 3.1)."""

from typing import Any

from trustlane.web.limits import Limits

TEXT = {"type": "string"}
_ENVELOPE = {
    "client_ip": "The SMTP client's address; without it SPF is not evaluated.",
    "helo": "What the client said in EHLO or HELO.",
    "mail_from": "The reverse-path; empty is the null path.",
    "submitter": "The value of SUBMITTER at MAIL.",
}


def description(limits: Limits) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "trustlane", "version": "1", "summary": "Who answers for a mail, and which lane it takes."},
        "paths": {
            "/v1/check": {"post": _check(limits)},
            "/healthz": {"get": _plain("The process lives.", {"200": "It does."})},
            "/readyz": {
                "get": _plain("Mail may be sent here.", {"200": "It may.", "503": "Not now; the text says why."})
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Answer": ANSWER, "Problem": PROBLEM, "Envelope": ENVELOPE},
        },
    }


def _check(limits: Limits) -> dict[str, Any]:
    problems = {
        "400": "The request is wrong; the text says how.",
        "401": "No key for this.",
        "408": f"The body did not come within {limits.request_seconds:g} s.",
        "413": f"The body is larger than {limits.max_octets} octets.",
        "415": "The body is of another type.",
        "429": f"The key asks more than {limits.checks_a_minute} times a minute; see Retry-After.",
        "500": "An error of ours.",
        "503": f"More than {limits.max_in_flight} mails are looked at just now; see Retry-After.",
    }
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
    return {
        "summary": "Decides on one mail, and tells what to change in its header.",
        "operationId": "check",
        "security": [{"key": []}],
        "parameters": _parameters(),
        "requestBody": {"required": True, "content": _contents()},
        "responses": {
            "200": {"description": "The decision and its edits.", "content": answer},
            **{status: {"description": text, "content": problem} for status, text in problems.items()},
        },
    }


def _parameters() -> list[dict[str, Any]]:
    """For a raw message; each may be a header field ``Trustlane-...`` instead."""
    return [
        {"name": name, "in": "query", "required": False, "description": schema["description"], "schema": schema}
        for name, schema in ENVELOPE["properties"].items()
    ]


def _contents() -> dict[str, Any]:
    parts = {
        "type": "object",
        "required": ["message"],
        "properties": {
            "message": {"type": "string", "format": "binary", "description": "The message, with a filename."},
            "envelope": {"$ref": "#/components/schemas/Envelope"},
        },
    }
    return {
        "message/rfc822": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {"schema": parts, "encoding": {"envelope": {"contentType": "application/json"}}},
    }


def _plain(summary: str, answers: dict[str, str]) -> dict[str, Any]:
    content = {"text/plain": {"schema": TEXT}}
    responses = {status: {"description": text, "content": content} for status, text in answers.items()}
    return {"summary": summary, "responses": responses}


ENVELOPE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **{name: {"type": "string", "description": text} for name, text in _ENVELOPE.items()},
        "rcpt": {"type": "array", "items": TEXT, "description": "The forward-paths."},
        "line_ends": {
            "type": "string",
            "enum": ["as-is", "fix-crlf", "reject"],
            "default": "fix-crlf",
            "description": "What a CR or LF that stands alone means.",
        },
        "record": {"type": "boolean", "default": True, "description": "Whether the ledger is told of this mail."},
    },
}

_EDIT = {
    "oneOf": [
        {
            "type": "object",
            "description": "A field put above all others; those of one answer stand in its order.",
            "required": ["edit", "name", "value"],
            "properties": {"edit": {"const": "insert"}, "name": TEXT, "value": TEXT},
        },
        {
            "type": "object",
            "description": "A field taken away; index counts those of its name from the top, from 1.",
            "required": ["edit", "name", "index"],
            "properties": {"edit": {"const": "delete"}, "name": TEXT, "index": {"type": "integer", "minimum": 1}},
        },
    ]
}

_OBJECTS = {"type": "array", "items": {"type": "object"}}

ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["decision", "edits", "reply"],
    "properties": {
        "decision": {
            "type": "object",
            "required": ["id", "lane", "action", "reasons", "findings", "identities", "assessment"],
            "properties": {
                "id": TEXT,
                "lane": {"type": "string", "enum": ["trusted", "open"]},
                "action": {"type": "string", "enum": ["deliver", "quarantine", "reject"]},
                "reasons": _OBJECTS,
                "findings": _OBJECTS,
                "identities": _OBJECTS,
                "assessment": {"type": "object"},
            },
        },
        "edits": {"type": "array", "items": _EDIT},
        "reply": {
            "description": "The SMTP reply that refuses the mail; null where it is taken.",
            "type": ["object", "null"],
            "required": ["code", "enhanced_code", "text"],
            "properties": {"code": {"type": "integer"}, "enhanced_code": TEXT, "text": TEXT},
        },
    },
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["error", "text"],
    "properties": {"error": TEXT, "text": TEXT},
}
