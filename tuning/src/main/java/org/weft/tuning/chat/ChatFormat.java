package org.weft.tuning.chat;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.weft.core.WeftException;

/** How a conversation is written down as text. Each format says how a turn begins and what ends it. */
public enum ChatFormat {
    /** {@code <|im_start|>user\n…<|im_end|>\n}: Qwen, SmolLM and many others. */
    CHATML("<|im_start|>", "<|im_end|>", """
            {% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}\
            {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""),
    /** {@code <|start_header_id|>user<|end_header_id|>\n\n…<|eot_id|>} after {@code <|begin_of_text|>}: Llama 3. */
    LLAMA3("<|start_header_id|>", "<|eot_id|>", """
            {{ '<|begin_of_text|>' }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + \
            '<|end_header_id|>\\n\\n' + message['content'] + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}\
            {{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"""),
    /**
     * {@code User: …\nAssistant: …}, each answer ended by the token that ends a text: for models whose vocabulary has no
     * markers of its own.
     */
    PLAIN("\nUser:", "", """
            {% for message in messages %}{{ message['role'].capitalize() + ': ' + message['content'] }}\
            {% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{{ '\\n' }}{% endfor %}\
            {% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}""");

    private final String opening;
    private final String closing;
    private final String jinja;

    ChatFormat(String opening, String closing, String jinja) {
        this.opening = opening;
        this.closing = closing;
        this.jinja = jinja;
    }

    /** As it is named on the command line and in configurations. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What to write as {@code chat_template} in a tokenizer_config.json, for programs that have a Jinja engine. */
    public String jinja() {
        return jinja;
    }

    /** What begins a turn. A model that says it has gone on to the next one. */
    String opening() {
        return opening;
    }

    /** What ends a turn; empty where only the token does that ends a text. */
    String closing() {
        return closing;
    }

    /** Every name, for errors and help. */
    public static String keys() {
        return Arrays.stream(values()).map(ChatFormat::key).collect(Collectors.joining(", "));
    }

    /**
     * The format of a name.
     *
     * @throws WeftException where there is none
     */
    public static ChatFormat named(String key) {
        return Arrays.stream(values())
                .filter(format -> format.key().equals(key))
                .findFirst()
                .orElseThrow(() -> WeftException.usage("there is no chat template " + key, "there are: " + keys()));
    }
}
