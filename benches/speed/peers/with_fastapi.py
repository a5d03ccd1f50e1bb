"""FastAPI behind Mangum, over the same clients."""

from typing import Any

from fastapi import FastAPI  # type: ignore[import-not-found]
from mangum import Mangum  # type: ignore[import-not-found]
from pydantic import BaseModel

from benches.speed.peers import clients


class Document(BaseModel):
    a: int


app = FastAPI()


@app.get("/items/{collection}/{item_id}")  # type: ignore[untyped-decorator]
def read(collection: str, item_id: str) -> dict[str, Any]:
    return clients.read(collection, item_id)


@app.post("/items/{collection}", status_code=201)  # type: ignore[untyped-decorator]
def write(collection: str, document: Document) -> dict[str, Any]:
    return clients.write(collection, document.model_dump())


handle = Mangum(app, lifespan="off")
