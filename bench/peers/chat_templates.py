"""Writes conversations, and what transformers' apply_chat_template makes of them with each template of a folder.

usage: chat_templates.py TEMPLATES OUTPUT      TEMPLATES: *.jinja; OUTPUT: made, with conversations.jsonl and expected.jsonl
       chat_templates.py --golden FOLDER      conversations.jsonl and expected.jsonl of the templates in it, for Weft's own tests
       chat_templates.py --expressions FILE   JSON lines with "template": what each writes or ends in goes beside it
       chat_templates.py --strict FILE        the same as lm-evaluation-harness sets Jinja up for the templates of its tasks

A line of expected.jsonl: template, conversation, and either text (with `generated`, the places of {% generation %} as code points)
or error. Needs transformers, jinja2 and tokenizers (PyPI). 2026-01-02 is today.
"""

import datetime
import json
import pathlib
import sys

import jinja2
import transformers.utils.chat_template_utils as chat_utils
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import PreTrainedTokenizerFast

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Today's weather in a place: \"sunny\" & <rain>.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "The city — e.g. Zürich"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer", "default": 3},
            },
            "required": ["city"],
        },
        "return": {"type": "number", "description": "Degrees"},
    },
}
SEARCH = {
    "type": "function",
    "function": {
        "name": "search",
        "description": "Looks something up",
        "parameters": {
            "type": "object",
            "properties": {
                "query": {"type": "string", "description": "What"},
                "filters": {
                    "type": "object",
                    "description": "Which",
                    "properties": {"year": {"type": "number", "description": "When"}, "tags": {"type": "array", "items": {"type": "string"}}},
                },
            },
            "required": ["query", "filters"],
        },
    },
}


def said(role, content, **more):
    return {"role": role, "content": content, **more}


def call(name, arguments, ident="call00001"):
    return {"type": "function", "id": ident, "function": {"name": name, "arguments": arguments}}


def parts(*texts):
    return [{"type": "text", "text": text} for text in texts]


def conversations():
    """40 of them: name, messages, and options of apply_chat_template."""
    made = []

    def add(name, messages, **options):
        made.append({"name": name, "messages": messages, **options})

    user, again = said("user", "Hello, who are you?"), said("user", "And what do you do?\nTell me.")
    answer, other = said("assistant", "I am a loom."), said("assistant", "  I weave.\n\nAll day.  ")
    system = said("system", "You are helpful.")
    pair = [user, answer]
    add("user", [user], add_generation_prompt=True)
    add("user, nothing asked", [user])
    add("pair", pair)
    add("pair, asked", pair, add_generation_prompt=True)
    add("three turns", pair + [again])
    add("three turns, asked", pair + [again], add_generation_prompt=True)
    add("four turns", pair + [again, other])
    add("system", [system, user], add_generation_prompt=True)
    add("system and pair", [system] + pair)
    add("system and four turns", [system] + pair + [again, other])
    add("empty system", [said("system", ""), user], add_generation_prompt=True)
    add("blank system", [said("system", "  \n"), user], add_generation_prompt=True)
    add("system alone", [system], add_generation_prompt=True)
    add("system in between", pair + [system, again], add_generation_prompt=True)
    add("developer", [said("developer", "Be brief."), user], add_generation_prompt=True)
    add("developer and system", [system, said("developer", "Be brief."), user, answer])
    add("unknown role", [said("critic", "Hm."), user], add_generation_prompt=True)
    add("two users", [user, again], add_generation_prompt=True)
    add("two answers", pair + [other])
    add("assistant first", [answer, user], add_generation_prompt=True)
    add("white space", [said("user", "  a\tb \n"), said("assistant", "\n\n c \n"), said("user", "\u00a0d\u2003")], add_generation_prompt=True)
    add("other scripts", [said("user", "Grüße 你好 🙂 'x' \"y\" \\n {{ z }}"), said("assistant", "👍🏽 ok")])
    add("empty answer", [user, said("assistant", ""), again], add_generation_prompt=True)
    add("parts", [said("user", parts("Look: ", "there."))], add_generation_prompt=True)
    add("system of parts", [said("system", parts("You are helpful.")), said("user", parts("Hi")), said("assistant", parts("Ho"))])
    add("an image", [said("user", [{"type": "image"}, {"type": "text", "text": "What is it?"}])], add_generation_prompt=True)
    add("continued", [user, said("assistant", "I am a")], continue_final_message=True)
    add("continued, blanks", [system, user, said("assistant", " I am a ")], continue_final_message=True)
    add("continued parts", [user, said("assistant", parts("I", "am a"))], continue_final_message=True)
    add("tools", [user], tools=[WEATHER], add_generation_prompt=True)
    add("two tools and system", [system, user], tools=[WEATHER, SEARCH], add_generation_prompt=True)
    weather = said("user", "How is Zürich?")
    called = said("assistant", "", tool_calls=[call("get_weather", {"city": "Zürich", "days": 2, "x": [1.5, None, True]})])
    result = said("tool", '{"degrees": 21.5}', name="get_weather", tool_call_id="call00001")
    add("a call", [weather, called], tools=[WEATHER])
    add("a result", [weather, called, result], tools=[WEATHER], add_generation_prompt=True)
    add("a result and answer", [system, weather, called, result, said("assistant", "21.5 degrees.")], tools=[WEATHER, SEARCH])
    spoken = said("assistant", "Let me look.", tool_calls=called["tool_calls"])
    add("a call that is spoken of", [weather, spoken, result, again], tools=[WEATHER], add_generation_prompt=True)
    two = said("assistant", None, tool_calls=[call("get_weather", {"city": "Bern"}, "call00001"), call("search", {"query": "a<b", "filters": {}}, "call00002")])
    add("two calls", [weather, two, result, said("tool", "none", name="search", tool_call_id="call00002")], tools=[WEATHER, SEARCH], add_generation_prompt=True)
    written = said("assistant", "", tool_calls=[call("get_weather", '{"city": "Bern"}')])
    add("arguments as a text", [weather, written, result], tools=[WEATHER], add_generation_prompt=True)
    add("a thought", [user, said("assistant", "<think>\nhm\n</think>\n\nYes.")])
    add("a thought before", [user, said("assistant", "<think>\nhm\n</think>\n\nYes."), again], add_generation_prompt=True)
    add("a thought of its own", [user, said("assistant", "Yes.", reasoning_content="hm"), again, said("assistant", "No.", reasoning_content="ha")])
    assert len(made) == 40, len(made)
    return made


class Today(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 1, 2)


def tokenizer():
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    model = Tokenizer(WordLevel({word: i for i, word in enumerate(special.values())}, unk_token="<unk>"))
    return PreTrainedTokenizerFast(tokenizer_object=model, **special)


def applied(one, template, conversation):
    options = {key: value for key, value in conversation.items() if key not in ("name", "messages")}
    text = one.apply_chat_template(json.loads(json.dumps(conversation["messages"])), chat_template=template, tokenize=False, **options)
    outcome = {"text": text}
    if "generation %}" in template.replace("-%}", "%}") and not options.get("continue_final_message"):
        chat = chat_utils._normalize_chat_messages(conversation["messages"])
        options = {**one.special_tokens_map, **options}
        _, places = chat_utils.render_jinja_template([chat], chat_template=template, return_assistant_tokens_mask=True, **options)
        outcome["generated"] = places[0]
    return outcome


def expected(one, path, conversation):
    try:
        outcome = applied(one, path.read_text(encoding="utf-8"), conversation)
    except Exception as refused:  # whatever a template ends in
        outcome = {"error": f"{type(refused).__name__}: {refused}"[:300]}
    return {"template": path.name, "conversation": conversation["name"], **outcome}


VALUES = {
    "text": "Hello, World",
    "blank": "  a b\tc \n",
    "other": "Grüße 🙂 ß",
    "empty": "",
    "number": 7,
    "fraction": 2.5,
    "yes": True,
    "no": False,
    "nothing": None,
    "list": [3, 1, 2],
    "words": ["b", "A", "c", "a"],
    "map": {"b": 1, "a": [1, 2.0, None, True, "x'y", 'q"'], "items": 5},
    "people": [{"name": "Ann", "age": 30, "of": {"x": 1}}, {"name": "bob", "age": 25}, {"name": "Cy", "age": 30, "of": {"x": 2}}],
}


def expressions(file, compiled):
    lines = [json.loads(line)["template"] for line in file.read_text(encoding="utf-8").split("\n") if line]
    outcomes = []
    for template in lines:
        try:
            outcome = {"text": compiled(template).render(**json.loads(json.dumps(VALUES)))}
        except Exception as refused:  # whatever a template ends in
            outcome = {"error": type(refused).__name__}
        outcomes.append({"template": template, **outcome})
    rows(file, outcomes)


def rows(path, objects):
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects), encoding="utf-8")


def main():
    chat_utils.datetime = Today
    if sys.argv[1] in ("--expressions", "--strict"):
        strict = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
        compiled = strict.from_string if sys.argv[1] == "--strict" else chat_utils._compile_jinja_template
        expressions(pathlib.Path(sys.argv[2]), compiled)
        return
    folder, output = pathlib.Path(sys.argv[-2]), pathlib.Path(sys.argv[-1])
    if sys.argv[1] == "--golden":
        folder = output
    one = tokenizer()
    paths = sorted(folder.glob("*.jinja"))
    lines = [expected(one, path, conversation) for path in paths for conversation in conversations()]
    output.mkdir(parents=True, exist_ok=True)
    rows(output / "conversations.jsonl", conversations())
    rows(output / "expected.jsonl", lines)
    refused = sum("error" in line for line in lines)
    print(f"{len(paths)} templates, {len(conversations())} conversations: {len(lines)} texts, {refused} of them refused by transformers")


main()
