package org.weft.trainer.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.tokens.GenerationDefaults;
import org.weft.driver.progress.Progress;
import org.weft.engine.sampling.BeamOptions;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.hub.StoredModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code generate}: text from a checkpoint: one prompt's streamed to stdout, several prompts' as they become whole. */
@Command(name = "generate", description = "Continue prompts with a trained model.", mixinStandardHelpOptions = true)
public final class GenerateCommand implements Callable<Integer> {
    private static final String ALTERNATIVES = "--alternatives";

    /** As many as the server tells. */
    private static final int MOST_ALTERNATIVES = 20;

    /** What chooses tokens one by one, and what would end a text that is no more than a candidate. */
    private static final List<String> NOT_WITH_BEAMS = List.of(
            "--temperature",
            "--top-k",
            "--top-p",
            "--repetition-penalty",
            "--seed",
            "--stop",
            "--batch-size",
            ALTERNATIVES);

    @Mixin
    private FileOptions options;

    @Mixin
    private CheckpointOption path;

    @Mixin
    private SamplingFlags sampling;

    @Mixin
    private BeamFlags beams;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "Text to continue; empty to start a document. May be given many times.")
    private List<String> given = new ArrayList<>();

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "Prompts of a file, one a line, or JSON lines with the key prompt (.jsonl).")
    private String promptsFile;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Where the texts go as JSON lines: prompt, text, tokens, finish_reason, seed.")
    private String output;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "Of each text; default: generation_config.json's, else 100.")
    private Integer maxNewTokens;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Ends a text before the first such string. May be given many times.")
    private List<String> stops = new ArrayList<>();

    @Option(
            names = "--batch-size",
            defaultValue = "8",
            paramLabel = "N",
            description = "Texts that grow side by side; default ${DEFAULT-VALUE}.")
    private int batchSize;

    @Option(
            names = ALTERNATIVES,
            paramLabel = "N",
            description =
                    "Tell of each token the N most probable in its place with their probabilities, as the model has them,"
                            + " before temperature, top-k, top-p and penalties: below the text, in --output, in the closing JSON of one"
                            + " prompt. 1 to 20.")
    private Integer alternatives;

    @Option(
            names = "--chat",
            description =
                    "Each prompt is what a user says: the model's chat template writes it down, and the answer is printed.")
    private boolean chat;

    @Option(names = "--system", paramLabel = "TEXT", description = "With --chat: the system message before it.")
    private String system;

    @Option(
            names = "--chat-template",
            paramLabel = "FORMAT",
            description =
                    "With --chat: chatml, llama3 or plain; default: as the model was tuned, else its own template.")
    private String chatTemplate;

    @Option(
            names = "--no-cache",
            description =
                    "Compute every token from the whole text before it, without keys and values kept: slow, to compare.")
    private boolean uncached;

    @Override
    public Integer call() throws Exception {
        requireOptions();
        try (FileAccess files = options.open()) {
            Store store = files.store();
            List<String> prompts = prompts(store);
            StoredModel model = path.model(store);
            int told = alternatives(model);
            try (TextContinuation continuation = TextContinuation.open(model)) {
                GenerationOptions how = howToGenerate(store, model);
                long start = System.nanoTime();
                List<String> shown = chat || continuation.answers() ? Collections.nCopies(prompts.size(), "") : prompts;
                GeneratedOutput printed = new GeneratedOutput(shown, output != null, told);
                List<TextContinuation.Continuation> texts = chat
                        ? continuation.answer(
                                prompts, how, stops, printed, continuation.chats(store, model, system, chatTemplate))
                        : continuation.generate(prompts, how, stops, printed);
                double seconds = (System.nanoTime() - start) * 1e-9;
                if (output != null) {
                    new BatchFiles(store).write(output, prompts, texts, how.sampling());
                }
                GeneratedOutput.summary(model, shown, texts, seconds).print();
            }
            return ExitStatus.DONE.code();
        }
    }

    private void requireOptions() {
        sampling.options(GenerationDefaults.NONE); // Says what cannot be.
        if (maxNewTokens != null && maxNewTokens < 1) {
            throw WeftException.usage("--max-new-tokens " + maxNewTokens + " must be at least 1", "");
        }
        if (batchSize < 1) {
            throw WeftException.usage("--batch-size " + batchSize + " must be at least 1", "");
        }
        if (alternatives != null && (alternatives < 1 || alternatives > MOST_ALTERNATIVES)) {
            throw WeftException.usage(
                    ALTERNATIVES + " " + alternatives + " must be from 1 to " + MOST_ALTERNATIVES,
                    "leave it out for the text alone");
        }
        if (!chat && (system != null || chatTemplate != null)) {
            throw WeftException.usage(
                    (system != null ? "--system" : "--chat-template") + " has no effect without --chat", "");
        }
        if (chat && given.isEmpty() && promptsFile == null) {
            throw WeftException.usage("--chat: nobody says anything", "give --prompt TEXT or --prompts FILE");
        }
        if (stops.contains("")) {
            throw WeftException.usage("--stop is empty: every text would end before it began", "give it some text");
        }
        beams.options(NOT_WITH_BEAMS); // Says what does not go together.
    }

    /** How many are told of each token; 0 for none. */
    private int alternatives(StoredModel model) {
        if (alternatives == null) {
            return 0;
        }
        requireKnown(alternatives, model.vocabSize());
        return alternatives;
    }

    /** Fails where more are asked for than there are. */
    static void requireKnown(int alternatives, int vocabulary) {
        if (alternatives > vocabulary) {
            throw WeftException.usage(
                    ALTERNATIVES + " " + alternatives + " is more than the " + vocabulary
                            + " tokens that the model knows",
                    "give " + vocabulary + " or fewer");
        }
    }

    /** What was asked for, over what lies beside the model's tokenizer; a search draws nothing. */
    private GenerationOptions howToGenerate(Store store, StoredModel model) throws IOException {
        GenerationDefaults defaults =
                GenerationDefaults.beside(store, model.tokenizer().directory());
        if (!defaults.notice().isEmpty()) {
            Progress.onStderr().say(defaults.notice());
        }
        BeamOptions search = beams.options(NOT_WITH_BEAMS);
        return new GenerationOptions(
                sampling.options(search.searches() ? GenerationDefaults.NONE : defaults),
                search,
                SamplingFlags.first(maxNewTokens, defaults.maxNewTokens(), 100),
                batchSize,
                !uncached);
    }

    private List<String> prompts(Store store) throws IOException {
        List<String> prompts = new ArrayList<>(given);
        if (promptsFile != null) {
            prompts.addAll(new BatchFiles(store).prompts(promptsFile));
        }
        return prompts.isEmpty() ? List.of("") : prompts;
    }
}
