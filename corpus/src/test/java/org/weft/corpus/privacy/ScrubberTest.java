package org.weft.corpus.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.config.PersonalKind;
import org.weft.core.config.PrivacyConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

class ScrubberTest {
    private static final String TEXT =
            "Write to Anna.Smith@Example.com or call (212) 456-7890; from 93.184.216.34, card "
                    + "4111 1111 1111 1111, SSN 536-22-1845, 身份证11010519491231002X, token=ghp_16C7e42F292c6912E7710c838347Ae178B4a.";
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    @Test
    void putsTypedPlaceholdersAndCounts() {
        Tally tally = new Tally();
        assertThat(placeholders().begin().apply(TEXT, tally).text())
                .isEqualTo("Write to <EMAIL> or call <PHONE>; from <IP>, card <CARD>, SSN <US_SSN>, 身份证<CN_ID>, "
                        + "token=<SECRET>.");
        assertThat(tally.counts("privacy."))
                .hasToString("{documents=1, found.card=1, found.cn_id=1, found.email=1, found.ip=1, found.phone=1,"
                        + " found.secret=1, found.us_ssn=1}");
    }

    @Test
    void examplesShowTheFormAlone() {
        Tally tally = new Tally();
        placeholders().begin().apply(TEXT, tally);
        assertThat(tally.examples("privacy.email"))
                .containsExactly("Write to <EMAIL>[xxxx.xxxxx@xxxxxxx.xxx] or call <PHONE>; from <IP>, c");
        String all =
                tally.rulesWithExamples().stream().map(tally::examples).toList().toString();
        for (String personal : List.of("Smith", "456", "4111", "536", "1949", "16C7")) {
            assertThat(all).doesNotContain(personal);
        }
    }

    @Test
    void examplesShowNothingOfOtherKindsEither() {
        PrivacyConfig emails = Records.with(WeftConfig.defaults().corpus().privacy(), "kinds", List.of("email"));
        Tally tally = new Tally();
        new Scrubber(emails, null)
                .begin()
                .apply("Wu, SSN 536-22-1845, card 4111 1111 1111 1111 wu@example.com, 电话 13800138000.", tally);
        assertThat(tally.examples("privacy.email"))
                .containsExactly("Wu, SSN <US_SSN>, card <CARD> <EMAIL>[xx@xxxxxxx.xxx], 电话 <PHONE>.");
    }

    @Test
    void examplesKnowNumbersOfRegionsThatAreConfigured() {
        for (String number : List.of("+65 6123 4567", "Call 6123 4567", "联系人张三 电话 13800138000")) {
            assertThat(Scrubber.ofExamples(List.of("SG")).texts().apply(number)).contains("<PHONE>");
        }
    }

    @Test
    void whatIsScrubbedIsLeftAlone() {
        for (Scrubber scrubber : List.of(placeholders(), pseudonyms(KEY))) {
            String once = scrubber.texts().apply(TEXT);
            assertThat(scrubber.texts().apply(once)).isEqualTo(once);
        }
    }

    @Test
    void onlyTheKindsThatAreAskedFor() {
        PrivacyConfig emails = Records.with(WeftConfig.defaults().corpus().privacy(), "kinds", List.of("email"));
        assertThat(new Scrubber(emails, null).texts().apply(TEXT)).contains("<EMAIL>", "(212) 456-7890", "4111 1111");
        assertThat(new Scrubber(WeftConfig.defaults().corpus().privacy(), null)
                        .texts()
                        .apply(TEXT))
                .isSameAs(TEXT);
    }

    @Test
    void aPseudonymIsTheSameForTheSameValueWhereverAndHoweverItIsWritten() throws Exception {
        Scrubber here = pseudonyms(KEY);
        Scrubber there = travelled(here);
        String one = here.texts().apply("a bob@example.com, +1 212 456 7890, 93.184.216.34");
        String other = there.texts().apply("x BOB@Example.com; (212) 456-7890 / 93.184.216.34!");
        assertThat(pseudonyms(one)).hasSize(3).isEqualTo(pseudonyms(other));
        assertThat(pseudonyms(one)).doesNotHaveDuplicates().allMatch(shown -> shown.matches("<[A-Z]+:[a-z2-7]{16}>"));
        assertThat(pseudonyms(pseudonyms("another key of enough bytes".getBytes(StandardCharsets.UTF_8))
                        .texts()
                        .apply("bob@example.com")))
                .doesNotContainAnyElementsOf(pseudonyms(one));
    }

    /** RFC 4231's second case, of the function that pseudonyms are made with. */
    @Test
    void theKeyedHashIsHmacSha256() {
        assertThat(new PseudonymKey("Jefe".getBytes(StandardCharsets.UTF_8))
                        .mac()
                        .doFinal("what do ya want for nothing?".getBytes(StandardCharsets.UTF_8)))
                .startsWith(0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e);
    }

    @Test
    void theKeyShowsItselfNowhere() {
        Scrubber scrubber = pseudonyms(KEY);
        String shown = scrubber.rules() + " " + scrubber + " " + new PseudonymKey(KEY);
        assertThat(shown).doesNotContain("0123456789abcdef").contains("pseudonym key=");
        assertThat(pseudonyms("another key of enough bytes".getBytes(StandardCharsets.UTF_8))
                        .rules())
                .isNotEqualTo(scrubber.rules());
    }

    @Test
    void theKeyComesFromAFileOrTheEnvironment() throws IOException {
        Path file = Files.writeString(directory.resolve("key"), "0123456789abcdef0123456789abcdef\n");
        PrivacyConfig fromFile = Records.with(asked(), "keyFile", file.toString());
        PrivacyConfig fromVariable = Records.with(asked(), "keyVariable", "KEY");
        String expected = new PseudonymKey(KEY).fingerprint();
        assertThat(read(fromFile, null).fingerprint()).isEqualTo(expected);
        assertThat(read(fromVariable, new String(KEY, StandardCharsets.UTF_8)).fingerprint())
                .isEqualTo(expected);
        Files.writeString(file, "\uFEFF0123456789abcdef0123456789abcdef \r\n");
        assertThat(read(fromFile, null).fingerprint())
                .as("as an editor saves it")
                .isEqualTo(expected);
        byte[] bytes = "\u00e90123456789abcdef \n".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, bytes);
        assertThat(read(fromFile, null).fingerprint())
                .as("no text")
                .isEqualTo(new PseudonymKey(Arrays.copyOf(bytes, bytes.length - 1)).fingerprint());
        assertThatThrownBy(() -> read(fromVariable, null))
                .hasMessageContaining("corpus.privacy.key_variable=KEY: the environment has no such variable");
        assertThatThrownBy(() -> read(fromVariable, "short")).hasMessageContaining("the key has 5 bytes, and needs 16");
        assertThatThrownBy(() -> read(Records.with(asked(), "keyFile", file + ".no"), null))
                .hasMessageContaining("corpus.privacy.key_file=" + file + ".no: no such file");
    }

    @Test
    void rulesNameTheLibraryThatKnowsNumbers() throws IOException {
        Path jar = Path.of(PhoneNumberUtil.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        try (JarFile library = new JarFile(jar.toFile())) {
            String version = library.getManifest().getMainAttributes().getValue("Bundle-Version");
            assertThat(Scrubber.LIBPHONENUMBER).isEqualTo(version);
        }
        assertThat(placeholders().rules().get("privacy.phone")).endsWith(" libphonenumber=" + Scrubber.LIBPHONENUMBER);
    }

    @Test
    void overlapsGoToTheOneThatCoversMore() {
        assertThat(placeholders().texts().apply("2124567890@example.com")).isEqualTo("<EMAIL>");
        assertThat(placeholders().texts().apply("https://bob:s3cr3tpass@example.com/x"))
                .isEqualTo("https://bob:<SECRET>@example.com/x");
    }

    @Test
    void whatIsFoundIsNotLostToWhatOverlapsIt() {
        String scrubbed = placeholders().texts().apply("(212) 555-0123&4111111111111111@x.com");
        assertThat(scrubbed).startsWith("<PHONE>").doesNotContain("4111", "x.com");
        assertThat(placeholders().texts().apply("(212) 555-0123&bob@example.com"))
                .doesNotContain("example");
    }

    @Test
    void addressesWithPasswordsBehindThem() {
        for (String after : List.of("hunter2", "Hello there", "587", "")) {
            assertThat(placeholders().texts().apply("From bob@example.com:" + after))
                    .isEqualTo("From <EMAIL>:" + after);
        }
        for (String path : List.of("git@github.com:weft", "bob@example.com:/srv/x", "bob@example.com:x/y.txt")) {
            assertThat(placeholders().texts().apply(path)).isEqualTo(path);
        }
    }

    @Test
    void telephoneNumbersInListsTablesAndParameters() {
        for (String text : List.of(
                "13800138000 13900139000",
                "13800138000 13900139000 13700137000",
                "13800138000 13900139000 13700137000 13600136000",
                "212-555-0123 646-555-0188",
                "张三 30 13800138000",
                "42,13800138000",
                "7,212-555-0123,x",
                "mobile=13800138000",
                "?a=1&phone=212-555-0123&b=2")) {
            assertThat(placeholders().texts().apply(text)).as(text).doesNotContain("138", "139", "137", "136", "555");
        }
        for (String text : List.of("11 22 33 44 555 666 7777", "id=13800138000")) {
            assertThat(placeholders().texts().apply(text)).isEqualTo(text);
        }
    }

    @Test
    void addressesBehindWordsThatEndAsThoseOfVersionsDo() {
        for (String before : List.of("dev", "srv", "Kyiv", "rule 5", "iptable")) {
            assertThat(placeholders().texts().apply(before + " 85.214.132.117")).isEqualTo(before + " <IP>");
        }
        for (String version : List.of("v 85.214.132.117", "version: 2.0.1.100", "section 3.2.14.1")) {
            assertThat(placeholders().texts().apply(version)).isEqualTo(version);
        }
    }

    @Test
    void longPrivateKeysGoAsAWholeAndThoseWithoutAnEndToTheLastLineOfThem() {
        String lines = ("QUJD".repeat(16) + "\n").repeat(500);
        String begin = "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\nComment: a\n\n";
        String end = "=abcd\n-----END PGP PRIVATE KEY BLOCK-----";
        assertThat(placeholders().texts().apply("a\n" + begin + lines + end + "\nb"))
                .isEqualTo("a\n<SECRET>\nb");
        assertThat(placeholders().texts().apply("a\n" + begin + lines + "So it ends."))
                .isEqualTo("a\n<SECRET>\nSo it ends.");
    }

    @Test
    @Timeout(20)
    void noTextTakesTheSquareOfItsLength() {
        for (String piece : List.of(
                "EMAIL:bob@example.com\n",
                "00:1b:44:11:3a:b7:",
                "-eyJ",
                "-eyJhbGciOiJIUzI1NiJ9.eyJ",
                "xoxb-",
                "token=",
                "-----BEGIN PRIVATE KEY-----\n",
                "1 2 ")) {
            String scrubbed = placeholders().texts().apply(piece.repeat((1 << 16) / piece.length()));
            assertThat(scrubbed).isNotEmpty();
        }
    }

    @Test
    void anyTextComesThroughInAnyLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(new Locale("tr"));
            Random random = new Random(3);
            TextStep.Pass pass = placeholders().begin();
            String alphabet = "0123456789 +-().:@=/ -abcdefxX中電話tel<>\n\"'ghp_AKIAeyJ%🙂";
            for (int i = 0; i < 5_000; i++) {
                StringBuilder text = new StringBuilder();
                for (int k = random.nextInt(48); k > 0; k--) {
                    text.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                String scrubbed = pass.apply(text.toString(), new Tally()).text();
                assertThat(scrubbed.length()).isGreaterThanOrEqualTo(0);
                assertThat(pass.apply(text.toString(), new Tally()).text()).isEqualTo(scrubbed);
            }
            assertThat(placeholders().texts().apply("mail IRIS@EXAMPLE.INFO, SSN 536 22 1845"))
                    .isEqualTo("mail <EMAIL>, SSN <US_SSN>");
        } finally {
            Locale.setDefault(before);
        }
    }

    private static PseudonymKey read(PrivacyConfig privacy, String variable) throws IOException {
        return PseudonymKey.read(privacy, "corpus.privacy", HadoopStore.local(), name -> variable);
    }

    private static PrivacyConfig asked() {
        PrivacyConfig all = Records.with(
                WeftConfig.defaults().corpus().privacy(),
                "kinds",
                List.of(PersonalKind.EMAIL.word(), "phone", "ip", "card", "us_ssn", "cn_id", "secret"));
        return Records.with(all, "replace", PrivacyConfig.Replace.PSEUDONYM);
    }

    private static Scrubber placeholders() {
        return new Scrubber(PrivacyConfig.ofExamples(List.of()), null);
    }

    private static Scrubber pseudonyms(byte[] key) {
        return new Scrubber(asked(), new PseudonymKey(key));
    }

    private static List<String> pseudonyms(String scrubbed) {
        Matcher matcher = Pattern.compile("<[A-Z_]+:[^>]*>").matcher(scrubbed);
        return matcher.results().map(result -> result.group()).toList();
    }

    private static Scrubber travelled(Scrubber scrubber) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(scrubber);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (Scrubber) in.readObject();
        }
    }
}
