// A few requests to a server of Weft's, as OpenAI's client of npm sends them.
//   node bench/peers/serve_requests.mjs http://127.0.0.1:8080     (where npm's openai is installed)
// Prints a row a request; ends with status 1 where one was not answered as it should have been.
import OpenAI from 'openai';

const base = process.argv[2];
const client = new OpenAI({baseURL: base + '/v1', apiKey: process.env.WEFT_KEY ?? 'none', maxRetries: 0});
const model = (await client.models.list()).data[0].id;
const messages = [{role: 'user', content: 'Say:'}];
let wrong = 0;

async function row(what, request) {
  let said;
  try {
    said = (await request()) + ' | ok';
  } catch (failure) {
    wrong++;
    said = String(failure).slice(0, 120) + ' | WRONG';
  }
  console.log(`| openai (npm) | ${what} | ${said.replaceAll('\n', '\\n')} |`);
}

const prompted = fields => client.completions.create({model, prompt: 'Say:', max_tokens: 8, temperature: 0, ...fields});
const chatted = fields => client.chat.completions.create({model, messages, max_tokens: 8, temperature: 0, ...fields});

async function refused(param, request) {
  try {
    await request();
  } catch (failure) {
    if (failure.status === 400 && failure.param === param) {
      return `400, param=${failure.param}`;
    }
    throw failure;
  }
  throw new Error('200, and nothing said');
}

await row('completion', async () => JSON.stringify((await prompted({})).choices[0].text));
await row('completion, logprobs, echo', async () => {
  const scores = (await prompted({logprobs: 2, echo: true})).choices[0].logprobs;
  return `${scores.tokens.length} tokens, the first ${scores.token_logprobs[0]}`;
});
await row('completion, stream', async () => {
  let text = '';
  for await (const chunk of await prompted({stream: true})) text += chunk.choices[0]?.text ?? '';
  return JSON.stringify(text);
});
await row('chat', async () => JSON.stringify((await chatted({})).choices[0].message.content));
await row('chat, stream, usage', async () => {
  let text = '', usage;
  for await (const chunk of await chatted({stream: true, stream_options: {include_usage: true}})) {
    text += chunk.choices[0]?.delta?.content ?? '';
    usage = chunk.usage ?? usage;
  }
  return `${JSON.stringify(text)}, ${usage.completion_tokens} tokens`;
});
await row('chat, logprobs', async () =>
  `${(await chatted({logprobs: true, top_logprobs: 3})).choices[0].logprobs.content[0].top_logprobs.length} beside the first`);
await row('tools', () => refused('tools', () => chatted({tools: [{type: 'function', function: {name: 'f'}}]})));
await row('response_format', () => refused('response_format', () => chatted({response_format: {type: 'json_object'}})));
process.exit(wrong ? 1 : 0);
