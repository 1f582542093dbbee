package org.weft.core.config;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.weft.core.Records;

/** The labelled examples that fine-tuning reads, and what their columns are called. */
public record DatasetConfig(
        @Doc(
                "Files, directories or globs on any Hadoop file system, or with format table one table's name. A path that "
                        + "exists is no glob.")
        List<String> train,

        @Doc("As train; empty for validation_fraction of train.")
        List<String> validation,

        @Doc("As train, for the evaluation at the end; empty for validation's.")
        List<String> test,

        @Doc(
                "jsonl (an object a line, or one array of them), csv (with a header), parquet, table (of Spark's catalogue), "
                        + "or auto: by the files' names.")
        Format format,

        @Doc("The character set of JSONL and CSV files, such as windows-1252.")
        String encoding,

        @Doc("Fraction of train, chosen by the hash of the input columns, that validation takes where it has no files.")
        double validationFraction,

        @Doc("Folds that train is cut into by the hash of the input columns, one of them validation's; 0 for "
                + "validation_fraction. finetune --folds sets it.")
        int folds,

        @Doc("Which of the folds is validation's, from 0.") int fold,

        @Doc("The text.") String textColumn,

        @Doc("A second text, for sentence pairs; empty for none.")
        String pairColumn,

        @Doc(
                "The label: a string or number; an array of strings for multilabel. evaluate --choices: the right answer's "
                        + "number, from 0, or its text.")
        String labelColumn,

        @Doc("embedding: the text that looks for another, such as a question.")
        String anchorColumn,

        @Doc("embedding: the text that is to be found.") String positiveColumn,

        @Doc("embedding: a text that is not to be found, beside those of the other rows; empty for none.")
        String negativeColumn,

        @Doc("tokens: the words, an array of strings.") String tokensColumn,

        @Doc("tokens: a tag for each word, an array of strings.")
        String tagsColumn,

        @Doc("qa: the question.") String questionColumn,
        @Doc("qa: the passage that the answer stands in.") String contextColumn,

        @Doc("qa: the answer's text, or SQuAD's {text: [...], answer_start: [...]}.")
        String answersColumn,

        @Doc(
                "instruction: what the user says, where messages_column is empty. preference: that, or an array of messages; empty "
                        + "where chosen and rejected are whole conversations. evaluate --choices: the question.")
        String promptColumn,

        @Doc("instruction: what the assistant answers, where messages_column is empty.")
        String responseColumn,

        @Doc("preference: the better answer, a text or an array of messages.")
        String chosenColumn,

        @Doc("preference: the worse answer, a text or an array of messages.")
        String rejectedColumn,

        @Doc("instruction: an array of {role, content}; empty for prompt and response.")
        String messagesColumn,

        @Doc(
                "instruction, preference: the tools that the assistant may call, an array of JSON schemas; empty for none. "
                        + "finetune.chat_template=model has a place for them, formats have none.")
        String toolsColumn,

        @Doc("instruction: whether only the last of a conversation's answers is learnt.")
        boolean maskHistory,

        @Doc("evaluate --choices: the answers to choose from, an array of strings.")
        String choicesColumn,

        @Doc("Metadata that evaluation compares groups by; empty for none.")
        String groupColumn,

        @Doc(
                "Evaluation by group: the label whose shares and rates are compared; empty: of two labels the second, of more each against "
                        + "the rest.")
        String positiveLabel,

        @Doc(
                "Whether special tokens that a row's text spells, such as [SEP] or <|endoftext|>, are characters like others; "
                        + "false: they are those tokens.")
        boolean splitSpecialTokens,

        @Doc("Tokens of the longest example; 0 for model.context.")
        int maxLength,

        @Doc("What is done with a longer one: truncate (counted), or error.")
        LongText longText,

        @Doc(
                "qa: a passage that is too long is read through windows, of which each has so many of its tokens from the one before; "
                        + "0: it is a longer one as others are.")
        int docStride,

        @Doc(
                "qa: whether questions may have no answer in their passage: some (none is said where that is likelier), none (there "
                        + "always is one: the likeliest is said), or auto: some where a training row has no answer.")
        Unanswerable unanswerable,

        @Doc("Steps whose examples are sorted by length together, so that a batch needs little padding; 1 for none.")
        int lengthBuckets,

        @Doc(
                "What of people, and of secrets, is taken out of rows' texts; not for tokens and qa, whose labels are places in "
                        + "them.")
        PrivacyConfig privacy)
        implements Serializable {

    /** What the files are. */
    public enum Format implements Word {
        AUTO,
        JSONL,
        CSV,
        PARQUET,
        TABLE
    }

    /** What is done with an example that is too long. */
    public enum LongText implements Word {
        TRUNCATE,
        ERROR
    }

    /** Whether questions may have no answer. */
    public enum Unanswerable implements Word {
        /** As training rows say; where nobody looked at them, as {@link #SOME}. */
        AUTO,
        SOME,
        NONE
    }

    /** The keys of this section that name a column, such as {@code dataset.text_column}; empty for none. */
    public List<String> keysOf(String column) {
        return Arrays.stream(DatasetConfig.class.getRecordComponents())
                .filter(component -> component.getName().endsWith("Column"))
                .filter(component -> column.equals(Records.get(this, component)))
                .map(component -> "dataset." + RecordBinder.key(component.getName()))
                .toList();
    }

    /** Whether "no answer" is something to say of a question. */
    public boolean mayHaveNoAnswer() {
        return unanswerable != Unanswerable.NONE;
    }

    /** The same where it is known whether questions may have no answer; what a user says of it stands. */
    public DatasetConfig settled(Unanswerable found) {
        return unanswerable == Unanswerable.AUTO ? Records.with(this, "unanswerable", found) : this;
    }

    static DatasetConfig defaults() {
        return new DatasetConfig(
                List.of(),
                List.of(),
                List.of(),
                Format.AUTO,
                "UTF-8",
                0.1,
                0,
                0,
                "text",
                "",
                "label",
                "anchor",
                "positive",
                "",
                "tokens",
                "tags",
                "question",
                "context",
                "answers",
                "prompt",
                "response",
                "chosen",
                "rejected",
                "",
                "",
                false,
                "choices",
                "",
                "",
                true,
                0,
                LongText.TRUNCATE,
                0,
                Unanswerable.AUTO,
                16,
                PrivacyConfig.defaults());
    }

    void validate(Problems problems) {
        problems.require(
                validationFraction >= 0 && validationFraction < 1,
                "dataset.validation_fraction=%s must be in [0, 1)",
                validationFraction);
        problems.require(folds == 0 || folds >= 2, "dataset.folds=%d must be 0 or at least 2", folds);
        problems.require(
                fold >= 0 && fold < Math.max(1, folds),
                "dataset.fold=%d must be in [0, dataset.folds=%d)",
                fold,
                folds);
        problems.require(
                folds == 0 || validation.isEmpty(),
                "dataset.validation=%s and dataset.folds=%d: validation is either files or a fold of train",
                validation,
                folds);
        problems.require(Encodings.known(encoding), "dataset.encoding=%s is no character set, such as UTF-8", encoding);
        problems.require(maxLength >= 0, "dataset.max_length=%d must not be negative", maxLength);
        problems.require(docStride >= 0, "dataset.doc_stride=%d must not be negative", docStride);
        problems.require(lengthBuckets >= 1, "dataset.length_buckets=%d must be at least 1", lengthBuckets);
        privacy.validate(problems, "dataset.privacy");
    }
}
