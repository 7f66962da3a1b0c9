// The people's page: draws what /sandbox/state says and asks /sandbox/wish for what a person does.
// Every text is put in as text, never as HTML: what people and bots write is not ours.
"use strict";

const at = (id) => document.getElementById(id);
let state = { version: -1, people: [], bots: [], chats: [], answers: [] };
// A window for each person: #person=… in the address says as whom one begins.
let person = Number(new URLSearchParams(location.hash.slice(1)).get("person")) || null;
let chat = null;
let context = null; // {act: "reply" | "edit", message}
let atEnd = true; // whoever reads above is not pulled down by what comes
const noted = new Set();

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// Asking.

async function wish(act, more = {}) {
  const answer = await fetch("/sandbox/wish", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ act, person, chat, ...more }),
  });
  if (!answer.ok) note(await answer.text());
  return answer.ok;
}

function note(text) {
  at("note").textContent = text;
  at("note").hidden = false;
  clearTimeout(note.timer);
  note.timer = setTimeout(() => { at("note").hidden = true; }, 4000);
}

async function follow() {
  let first = true;
  for (;;) {
    try {
      const answer = await fetch(`/sandbox/state?since=${state.version}`);
      if (!answer.ok) throw new Error(await answer.text());
      state = await answer.json();
      draw();
      announce(first);
      first = false;
    } catch {
      note("The sandbox does not answer; trying again.");
      await new Promise((again) => setTimeout(again, 2000));
    }
  }
}

function announce(silently) {
  for (const answer of state.answers) {
    if (noted.has(answer.id)) continue;
    noted.add(answer.id);
    if (!silently && answer.person === person) note(answer.text);
  }
}

// Drawing.

const nameOf = (user) => [user.first_name, user.last_name].filter(Boolean).join(" ");
const botOf = (shown) => state.bots.find((bot) => shown.bots.includes(bot.id));
const mine = () => state.chats.filter((shown) => shown.people.includes(person));
const chosen = () => state.chats.find((shown) => shown.chat === chat);
const titleOf = (shown) => (shown.type === "private" ? `@${botOf(shown)?.username}` : shown.title);

function draw() {
  if (!state.people.some((each) => each.id === person) && state.people.length) person = state.people[0].id;
  if (!mine().some((shown) => shown.chat === chat)) chat = mine()[0]?.chat ?? null;
  at("person").replaceChildren(...state.people.map((each) =>
    make("option", { value: each.id, textContent: nameOf(each), selected: each.id === person })));
  at("chats").replaceChildren(...mine().map(drawChat));
  drawTalk();
}

function drawChat(shown) {
  const last = shown.messages.at(-1);
  const button = make("button", { type: "button" }, titleOf(shown), make("small", { textContent: last ? gist(last) : "Nothing yet" }));
  button.setAttribute("aria-current", String(shown.chat === chat));
  button.onclick = () => { chat = shown.chat; context = null; draw(); at("text").focus(); };
  return make("li", {}, button);
}

function drawTalk() {
  const shown = chosen();
  const kind = { private: "private chat", group: "group", supergroup: "supergroup" }[shown?.type];
  at("title").replaceChildren(shown ? titleOf(shown) : "No chat yet", " ", make("span", { textContent: kind ?? "" }));
  at("start").hidden = at("block").hidden = shown?.type !== "private";
  at("block").textContent = shown?.blocked ? "Unblock" : "Block";
  at("upgrade").hidden = shown?.type !== "group" || shown.closed;
  const talk = at("talk");
  atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80 || talk.dataset.chat !== String(chat);
  talk.dataset.chat = String(chat);
  talk.replaceChildren(...(shown?.messages.map(drawMessage) ?? []));
  if (!talk.childElementCount) talk.append(make("p", { className: "empty", textContent: "No messages yet. Write the first one." }));
  toEnd();
  drawContext();
}

function toEnd() {
  if (atEnd) at("talk").scrollTop = at("talk").scrollHeight;
}

function drawContext() {
  at("context").hidden = context === null;
  if (context) at("context").firstElementChild.textContent = `${context.act === "edit" ? "Editing" : "Reply to"}: ${gist(context.message)}`;
}

function gist(message) {
  const words = message.text ?? message.caption ?? "";
  const kind = ["photo", "document", "voice", "sticker", "location"].find((each) => message[each]);
  return [kind && `[${kind}]`, words].filter(Boolean).join(" ").slice(0, 120) || "[service message]";
}

function drawMessage(message) {
  const isService = !["text", "photo", "document", "voice", "sticker", "location"].some((each) => message[each]);
  if (isService) return make("div", { className: "service", textContent: serviceOf(message) });
  const own = message.from.id === person;
  const bubble = make("div", { className: "bubble" });
  if (!own) bubble.append(make("div", { className: "who", textContent: nameOf(message.from) }));
  if (message.reply_to_message) bubble.append(make("div", { className: "quote", textContent: gist(message.reply_to_message) }));
  bubble.append(...drawFile(message));
  bubble.append(...formatted(message.text ?? message.caption ?? "", message.entities ?? message.caption_entities ?? []));
  bubble.append(make("span", { className: "when", textContent: timeOf(message) }));
  const whole = make("div", { className: own ? "message mine" : "message" }, bubble);
  if (message.reply_markup) whole.append(drawKeys(message));
  const acts = make("div", { className: "acts" }, doer("Reply", () => setContext("reply", message)));
  if (own) acts.append(doer("Edit", () => setContext("edit", message)));
  whole.append(acts);
  return whole;
}

function timeOf(message) {
  const time = new Date(message.date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return message.edit_date ? `edited ${time}` : time;
}

function serviceOf(message) {
  if (message.new_chat_members) return `${nameOf(message.from)} added ${message.new_chat_members.map(nameOf).join(", ")}`;
  if (message.migrate_to_chat_id) return "This group is a supergroup now";
  if (message.migrate_from_chat_id) return "The supergroup goes on from here";
  if (message.forum_topic_created) return `Topic: ${message.forum_topic_created.name}`;
  return "Something happened";
}

function doer(label, done) {
  return make("button", { type: "button", textContent: label, onclick: done });
}

function setContext(kind, message) {
  context = { act: kind, message };
  if (kind === "edit") at("text").value = message.text ?? message.caption ?? "";
  drawContext();
  at("text").focus();
}

function drawKeys(message) {
  const rows = message.reply_markup.inline_keyboard ?? [];
  return make("div", { className: "keys" }, ...rows.map((row) => make("div", {}, ...row.map((button) =>
    make("button", { type: "button", textContent: button.url ? `${button.text} ↗` : button.text, onclick: () => press(message, button) })))));
}

function press(message, button) {
  if (button.url) note(button.url);
  else wish("press", { message: message.message_id, button: button.callback_data ?? button.text });
}

function drawFile(message) {
  if (message.photo) {
    const address = `/sandbox/file/${encodeURIComponent(message.photo.at(-1).file_id)}`;
    return [make("img", { src: address, alt: "Photo", onload: toEnd })];
  }
  if (message.document) {
    const { file_id: id, file_name: name, file_size: size } = message.document;
    return [make("a", { href: `/sandbox/file/${encodeURIComponent(id)}`, textContent: `${name} (${size} bytes)`, download: name }), "\n"];
  }
  if (message.voice) return [`Voice message, ${message.voice.duration} s`];
  if (message.sticker) return [`Sticker ${message.sticker.emoji}`];
  if (message.location) return [`Place ${message.location.latitude}, ${message.location.longitude}`];
  return [];
}

// Entities may lie within one another; JavaScript counts text in UTF-16 units as Telegram does.

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

function formatted(text, entities, begin = 0, end = text.length) {
  const parts = [];
  let place = begin;
  entities.forEach((entity, index) => {
    const last = entity.offset + entity.length;
    if (entity.offset < place || last > end) return;
    parts.push(text.slice(place, entity.offset));
    const within = entities.slice(index + 1).filter((each) => each.offset + each.length <= last);
    parts.push(element(entity, formatted(text, within, entity.offset, last), text.slice(entity.offset, last)));
    place = last;
  });
  parts.push(text.slice(place, end));
  return parts;
}

function element(entity, children, words) {
  if (entity.type === "bot_command") {
    const again = make("a", { href: "#", onclick: (event) => { event.preventDefault(); wish("write", { text: words }); } });
    again.append(...children);
    return again;
  }
  const address = entity.type === "url" ? words : entity.url;
  if (address && /^https?:/i.test(address)) return make("a", { href: address, target: "_blank", rel: "noreferrer noopener" }, ...children);
  if (entity.type === "spoiler") return make("span", { className: "spoiler" }, ...children);
  return make(TAGS[entity.type] ?? "span", {}, ...children);
}

// Doing.

async function send() {
  const text = at("text").value;
  const doing = context;
  if (!text.trim()) return;
  const topic = chosen()?.messages.findLast((each) => each.is_topic_message)?.message_thread_id;
  const done = doing?.act === "edit"
    ? await wish("edit", { text, message: doing.message.message_id })
    : await wish("write", { text, reply_to: doing?.message.message_id ?? null, thread: topic ?? null });
  if (!done) return;
  at("text").value = "";
  context = null;
  drawContext();
}

function read(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = failed;
    reader.readAsDataURL(file);
  });
}

async function sendFiles() {
  const text = at("text").value;
  const chosenFiles = [...at("files").files];
  at("files").value = "";
  at("text").value = "";
  for (const [place, file] of chosenFiles.entries()) {
    await wish("file", { name: file.name, type: file.type, content: await read(file), text: place ? "" : text });
  }
}

at("person").onchange = (event) => { person = Number(event.target.value); context = null; draw(); };
at("writing").onsubmit = (event) => { event.preventDefault(); send(); };
at("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  if (event.key === "Escape") { context = null; drawContext(); }
};
at("files").onchange = sendFiles;
document.querySelector(".cancel").onclick = () => { context = null; drawContext(); };
for (const button of document.querySelectorAll("[data-act]")) {
  button.onclick = () => (button.dataset.act === "attach" ? at("files").click() : wish(button.dataset.act));
}
at("start").onclick = () => {
  const payload = prompt("Payload of the link (may be empty)", "");
  if (payload !== null) wish("start", { bot: botOf(chosen()).id, text: payload });
};
at("block").onclick = () => wish(chosen().blocked ? "unblock" : "block", { bot: botOf(chosen()).id });
at("upgrade").onclick = () => wish("upgrade");
at("new-person").onclick = () => { const name = prompt("Name"); if (name) wish("person", { text: name }); };
at("new-group").onclick = () => {
  const name = prompt("Name of the group; everybody and the first bot are in it");
  if (name) wish("group", { text: name, bot: state.bots[0].id });
};

follow();
