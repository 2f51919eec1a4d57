"""What the flow tests share: the real daemon as a child, real WebSocket and HTTP clients, schemas, TAP."""
