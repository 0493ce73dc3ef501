"""The OpenAPI 3.1 document, made from the table of operations and the wire models."""

from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from contract.operation import Key, Operation, common_problems
from contract.operations import OPERATIONS
from contract.problems import PROBLEMS, Problem

_REF = "#/components/schemas/{model}"


_FORM = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}, "mapping": {"type": "string"}},
    "required": ["file"],
}


def _schemas() -> tuple[dict[tuple[Any, str], dict[str, Any]], dict[str, Any]]:
    wanted: list[tuple[Any, str]] = [(Problem, "serialization")]
    for operation in OPERATIONS:
        if not operation.download:
            wanted.append((operation.answer, "serialization"))
        if operation.body:
            wanted.append((operation.body, "validation"))
    unique = list(dict.fromkeys(wanted))
    found, definitions = models_json_schema(unique, ref_template=_REF)  # type: ignore[arg-type]
    return dict(found), definitions["$defs"]  # type: ignore[arg-type]


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    if "{id}" in operation.path:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    if operation.query:
        schema = TypeAdapter(operation.query).json_schema(ref_template=_REF)
        parameters += [
            {"name": name, "in": "query", "schema": _inlined(field, schema.get("$defs", {}))}
            for name, field in schema["properties"].items()
        ]
    if operation.key is not Key.NONE:
        parameters.append(_header("Idempotency-Key", required=operation.key is Key.REQUIRED, max_length=255))
    if operation.if_match:
        parameters.append(_header("If-Match"))
    if operation.stream:
        parameters.append(_header("Last-Event-ID"))
    return parameters


def _inlined(field: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(field, dict):
        if "$ref" in field:
            return definitions[field["$ref"].rsplit("/", 1)[-1]]
        return {key: _inlined(value, definitions) for key, value in field.items()}
    if isinstance(field, list):
        return [_inlined(each, definitions) for each in field]
    return field


def _header(name: str, *, required: bool = False, max_length: int = 200) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": max_length}
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _responses(operation: Operation, answer: dict[str, Any]) -> dict[str, Any]:
    medias = ("text/event-stream",) if operation.stream else operation.download or ("application/json",)
    text = operation.stream or operation.download
    responses: dict[str, Any] = {
        str(operation.status): {
            "description": operation.summary,
            "content": {media: {"schema": {"type": "string"} if text else answer} for media in medias},
        }
    }
    by_status: dict[int, list[str]] = {}
    for code in common_problems(operation):
        by_status.setdefault(PROBLEMS[code].status, []).append(code.value)
    for status, codes in sorted(by_status.items()):
        narrowed = {"properties": {"code": {"enum": codes}}}
        schema = {"allOf": [{"$ref": _REF.format(model="Problem")}, narrowed]}
        responses[str(status)] = {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
            "content": {"application/problem+json": {"schema": schema}},
        }
    return responses


def document(version: str) -> dict[str, Any]:
    """The whole document as JSON-ready data."""
    found, definitions = _schemas()
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        entry: dict[str, Any] = {
            "operationId": operation.name,
            "summary": operation.summary,
            "parameters": _parameters(operation),
            "responses": _responses(operation, found.get((operation.answer, "serialization"), {})),
            "x-permission": operation.permission.value,
        }
        if operation.body:
            schema = found[operation.body, "validation"]
            content = {"application/json": {"schema": schema}}
            entry["requestBody"] = {"required": not operation.body_optional, "content": content}
        if operation.upload:
            entry["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
        if operation.body or operation.upload:
            entry["requestBody"]["x-most-bytes"] = operation.most_bytes
        paths.setdefault(operation.path, {})[operation.method.lower()] = entry
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Headcount subscription API",
            "version": version,
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "hc_…"}},
        },
    }
