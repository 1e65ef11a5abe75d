"""Acts as a person by the client that openapi-python-client has made: generated.py <base URL>."""

import sys

from the_telegram_simulator_people_client import Client
from the_telegram_simulator_people_client.api.people import chat, deed, make_person
from the_telegram_simulator_people_client.models import DeedName, NewPerson, Screen, Told, Trouble, Wish

client = Client(base_url=sys.argv[1])
make_person.sync("42:python", 7, client=client, body=NewPerson(first_name="Anna"))
told = deed.sync("42:python", 7, DeedName.SAY, client=client, body=Wish(text="Hello"))
assert isinstance(told, Told) and told.update_id == 1, told
refused = deed.sync("42:python", 7, DeedName.TAP, client=client, body=Wish(label="Buy"))
assert isinstance(refused, Trouble) and "Buy" in refused.error, refused
screen = chat.sync("42:python", 7, client=client)
assert isinstance(screen, Screen) and screen.messages[0].text == "Hello", screen
print("generated client: done")
