"""How the stand-in listens."""
import os

from ministack import app
from ministack.services import sns


def apply() -> None:
    app._port_is_bindable = lambda _host, _port: False


def apply_links() -> None:
    post = sns._http_post_sync
    served = f"https://127.0.0.1:{os.environ['GATEWAY_PORT']}/"

    def http_post_sync(endpoint, payload, message_type):
        return post(endpoint, payload.replace(f"http://{sns._HOST}:{sns._PORT}/", served), message_type)

    sns._http_post_sync = http_post_sync
