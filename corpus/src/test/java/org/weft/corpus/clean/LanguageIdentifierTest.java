package org.weft.corpus.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;
import org.junit.jupiter.api.Test;
import org.weft.core.Records;
import org.weft.core.config.CleanConfig;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.WeftConfig;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

class LanguageIdentifierTest {
    private static final Map<String, String> TEXTS = Map.ofEntries(
            Map.entry(
                    "en", "The harbour master kept a book of every vessel, and in it he wrote the hour and the wind."),
            Map.entry(
                    "de",
                    "Der Hafenmeister führte ein Buch über jedes Schiff und schrieb die Stunde und den Wind hinein."),
            Map.entry("fr", "Le maître du port tenait un livre de chaque navire, et il y notait l'heure et le vent."),
            Map.entry(
                    "es", "El capitán del puerto llevaba un libro de cada barco, y en él anotaba la hora y el viento."),
            Map.entry("pl", "Kapitan portu prowadził księgę każdego statku i zapisywał w niej godzinę oraz wiatr."),
            Map.entry("ru", "Начальник порта вёл книгу каждого судна и записывал в неё час и ветер."),
            Map.entry("tr", "Liman müdürü her geminin defterini tutar, saati ve rüzgârı oraya yazardı."),
            Map.entry("vi", "Người quản lý cảng giữ một cuốn sổ về mọi con tàu và ghi vào đó giờ và gió."));

    private final LanguageIdentifier identifier = new LanguageIdentifier();

    @Test
    void saysWhatTheLibrarySays() throws IOException {
        LanguageDetectorME library;
        try (InputStream in = LanguageDetectorModel.class.getResourceAsStream("/langdetect-183.bin")) {
            library = new LanguageDetectorME(new LanguageDetectorModel(in));
        }
        TEXTS.forEach((language, text) -> {
            String theirs = LanguageModel.code(library.predictLanguage(text).getLang());
            assertThat(identifier.of(text).language())
                    .as(text)
                    .isEqualTo(theirs)
                    .isEqualTo(language);
        });
    }

    @Test
    void aScriptOfOneLanguageSaysSoByItself() {
        assertLanguage("zh", "白日依山盡，黃河入海流。");
        assertLanguage("ja", "吾輩は猫である。名前はまだ無い。");
        assertLanguage("ko", "항구의 책임자는 모든 배의 책을 가지고 있었다.");
        assertLanguage("th", "นายท่าเรือเก็บสมุดของเรือทุกลำ");
        assertLanguage("el", "Ο λιμενάρχης κρατούσε ένα βιβλίο.");
        assertLanguage("", "1234 5678 !!! …");
    }

    @Test
    void keepsTheLanguagesThatAreAskedFor() throws IOException {
        CleanConfig clean = Records.with(WeftConfig.defaults().corpus().clean(), "languages", List.of("eng", "zh"));
        CorpusConfig corpus = Records.with(WeftConfig.defaults().corpus(), "clean", clean);
        TextStep.Pass pass = CleaningSteps.of(corpus, null).begin();
        Tally tally = new Tally();
        TEXTS.values().forEach(text -> pass.apply(text, tally));
        assertThat(pass.apply("白日依山盡，黃河入海流。", tally).isDropped()).isFalse();
        assertThat(pass.apply("1 2 3", tally).droppedBy()).isEqualTo("language");
        assertThat(tally.counts("language."))
                .hasToString("{de=1, en=1, es=1, fr=1, pl=1, ru=1, tr=1, unknown=1, vi=1, zh=1}");
        CorpusConfig wrong = Records.with(corpus, "clean", Records.with(clean, "languages", List.of("english")));
        assertThatThrownBy(() -> CleaningSteps.of(wrong, null))
                .hasMessageContaining("corpus.clean.languages: no language english");
    }

    private void assertLanguage(String language, String text) {
        assertThat(identifier.of(text).language()).as(text).isEqualTo(language);
    }
}
