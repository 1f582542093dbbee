package org.weft.corpus.privacy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import org.weft.core.config.PersonalKind;
import org.weft.core.config.PrivacyConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;

/**
 * Takes what is of a person, or a secret, out of texts, and puts a placeholder or a pseudonym there. What is found is counted
 * by kind ({@code privacy.found.KIND}) and shown by its form alone: letters as x, digits as 9.
 */
public final class Scrubber implements TextStep {
    private static final long serialVersionUID = 1L;

    /** To be raised where the same settings come to find something else. */
    private static final String VERSION = "1";

    /** Of the library that knows every region's numbers. */
    static final String LIBPHONENUMBER = "9.0.13";

    /** What the names of counters begin with; the kind follows. */
    public static final String FOUND = "privacy.found.";

    private static final Map<PersonalKind, String> COUNTERS = counters();

    private final PrivacyConfig privacy;
    private final PseudonymKey key;

    Scrubber(PrivacyConfig privacy, PseudonymKey key) {
        this.privacy = privacy;
        this.key = key;
    }

    /**
     * The scrubber that a configuration asks for.
     *
     * @param section the configuration's key, such as {@code corpus.privacy}, for errors
     * @param store where the key is read, here and not in tasks
     */
    public static Scrubber of(PrivacyConfig privacy, String section, Store store) throws IOException {
        return new Scrubber(privacy, PseudonymKey.read(privacy, section, store, System::getenv));
    }

    /**
     * What reports show of texts: every kind, by placeholders.
     *
     * @param regions as {@code phone_regions} names them; large ones are looked for in any case
     */
    public static Scrubber ofExamples(List<String> regions) {
        return new Scrubber(PrivacyConfig.ofExamples(regions), null);
    }

    @Override
    public SortedMap<String, String> rules() {
        SortedMap<String, String> rules = new TreeMap<>();
        String replace = privacy.replace().word() + (key == null ? "" : " key=" + key.fingerprint());
        for (PersonalKind kind : privacy.active()) {
            String own =
                    switch (kind) {
                        case PHONE -> " regions=" + privacy.phoneRegions() + " libphonenumber=" + LIBPHONENUMBER;
                        case IP -> " keep_private=" + privacy.keepPrivateAddresses();
                        default -> "";
                    };
            rules.put("privacy." + kind.word(), VERSION + " " + replace + own);
        }
        return rules;
    }

    /** A text without what was found in it; for one thread. */
    public UnaryOperator<String> texts() {
        Pass pass = begin();
        return text -> pass.apply(text, null).text();
    }

    /**
     * A part of a text that is of a person, or a secret.
     *
     * @param start its first character
     * @param end after its last
     * @param placeholder what stands for it, such as {@code <EMAIL>}
     */
    public record Place(int start, int end, String placeholder) {}

    /** Where something is found in a text, in its order and without overlaps: what {@link #texts} takes out; for one thread. */
    public Function<String, List<Place>> places() {
        PersonalScan scan = new PersonalScan(privacy.active(), privacy.phoneRegions(), privacy.keepPrivateAddresses());
        return text -> {
            List<Finding> found = new ArrayList<>();
            scan.find(text, found);
            return found.stream()
                    .map(each -> new Place(each.start(), each.end(), "<" + name(each.kind()) + ">"))
                    .toList();
        };
    }

    private static String name(PersonalKind kind) {
        return kind.word().toUpperCase(Locale.ROOT);
    }

    /** As {@link #begin}, without examples: of texts whose form alone nobody is to see. */
    public Pass counting() {
        return begin(false);
    }

    @Override
    public Pass begin() {
        return begin(true);
    }

    private Pass begin(boolean withExamples) {
        Set<PersonalKind> kinds = privacy.active();
        if (kinds.isEmpty()) {
            return (text, tally) -> Outcome.kept(text);
        }
        PersonalScan scan = new PersonalScan(kinds, privacy.phoneRegions(), privacy.keepPrivateAddresses());
        Mac mac = key == null ? null : key.mac();
        List<Finding> found = new ArrayList<>();
        MaskedExample examples = withExamples ? new MaskedExample(privacy.phoneRegions()) : null;
        return (text, tally) -> {
            found.clear();
            scan.find(text, found);
            return Outcome.kept(found.isEmpty() ? text : replaced(text, found, mac, tally, examples));
        };
    }

    /**
     * @param tally null where nothing is counted
     * @param examples null where none are kept
     */
    private static String replaced(String text, List<Finding> found, Mac mac, Tally tally, MaskedExample examples) {
        StringBuilder scrubbed = new StringBuilder(text.length());
        int copied = 0;
        int[] places = new int[found.size()];
        for (int i = 0; i < places.length; i++) {
            Finding finding = found.get(i);
            scrubbed.append(text, copied, finding.start());
            places[i] = scrubbed.length();
            String kind = finding.kind().word();
            scrubbed.append('<').append(name(finding.kind()));
            if (mac != null) {
                scrubbed.append(':').append(PseudonymKey.pseudonym(mac, kind, finding.value()));
            }
            scrubbed.append('>');
            copied = finding.end();
        }
        scrubbed.append(text, copied, text.length());
        if (tally != null) {
            tally.add("privacy.documents");
            for (int i = 0; i < places.length; i++) {
                Finding finding = found.get(i);
                tally.add(COUNTERS.get(finding.kind()));
                if (examples != null
                        && (i == 0 || finding.kind() != found.get(i - 1).kind())) {
                    String value = text.substring(finding.start(), finding.end());
                    String around = MaskedExample.around(scrubbed, places[i], value);
                    tally.example("privacy." + finding.kind().word(), around, examples::shown);
                }
            }
        }
        return scrubbed.toString();
    }

    private static Map<PersonalKind, String> counters() {
        Map<PersonalKind, String> names = new EnumMap<>(PersonalKind.class);
        for (PersonalKind kind : PersonalKind.values()) {
            names.put(kind, FOUND + kind.word());
        }
        return names;
    }
}
