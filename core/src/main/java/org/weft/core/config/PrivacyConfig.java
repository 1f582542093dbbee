package org.weft.core.config;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.weft.core.Records;

/** What of people, and of secrets, is taken out of texts. The key of pseudonyms is named here and never written here. */
public record PrivacyConfig(
        @Doc(
                "What is taken out: email, phone, ip, card, us_ssn, cn_id, secret (keys and tokens), or all; empty for nothing.")
        List<String> kinds,

        @Doc("What is put in its place: placeholder (<EMAIL>), or pseudonym (<EMAIL:3kq…>, the same for the same "
                + "value wherever it stands, by a keyed hash).")
        Replace replace,

        @Doc("pseudonym: a file that holds the key, on any Hadoop file system; read by the driver, at least 16 bytes.")
        String keyFile,

        @Doc("pseudonym: the environment variable of the driver that holds the key, in place of key_file.")
        String keyVariable,

        @Doc("Regions whose telephone numbers are found without a country code, such as [US, CN]; others need +.")
        List<String> phoneRegions,

        @Doc("Whether addresses that no one outside a network reaches (10.*, 192.168.*, ::1, fe80::) stay.")
        boolean keepPrivateAddresses)
        implements Serializable {

    /** What is put in the place of what is taken out. */
    public enum Replace implements Word {
        PLACEHOLDER,
        PSEUDONYM
    }

    private static final List<String> LARGE_REGIONS =
            List.of("US", "CN", "GB", "DE", "FR", "IT", "ES", "JP", "KR", "IN", "BR", "RU");

    static PrivacyConfig defaults() {
        return new PrivacyConfig(List.of(), Replace.PLACEHOLDER, "", "", List.of("US"), true);
    }

    /**
     * Every kind, by placeholders: what examples in reports are shown with.
     *
     * @param regions whose telephone numbers are looked for besides those of large ones
     */
    public static PrivacyConfig ofExamples(List<String> regions) {
        List<String> all = Stream.concat(regions.stream(), LARGE_REGIONS.stream())
                .distinct()
                .toList();
        return Records.with(Records.with(defaults(), "kinds", List.of(PersonalKind.ALL)), "phoneRegions", all);
    }

    /** The kinds that are taken out. */
    public Set<PersonalKind> active() {
        return PersonalKind.of(kinds);
    }

    /**
     * @param section the key that this is the value of, such as {@code corpus.privacy}
     */
    void validate(Problems problems, String section) {
        List<String> known = new ArrayList<>(Word.all(PersonalKind.class));
        known.add(PersonalKind.ALL);
        for (String kind : kinds) {
            problems.require(
                    known.contains(kind), "%s.kinds: no kind %s%s", section, kind, Suggestion.among(known, kind));
        }
        boolean pseudonyms = replace == Replace.PSEUDONYM && !kinds.isEmpty();
        problems.require(
                !pseudonyms || keyFile.isBlank() != keyVariable.isBlank(),
                "%s.replace=pseudonym needs a key: name either %s.key_file or %s.key_variable",
                section,
                section,
                section);
        problems.require(
                replace == Replace.PSEUDONYM || (keyFile.isBlank() && keyVariable.isBlank()),
                "%s.key_file and %s.key_variable are for %s.replace=pseudonym",
                section,
                section,
                section);
        problems.requireUse(
                replace == Replace.PLACEHOLDER || !kinds.isEmpty(),
                "%s.replace=pseudonym is set, but %s.kinds names nothing that is taken out",
                section,
                section);
        problems.requireUse(
                keepPrivateAddresses || active().contains(PersonalKind.IP),
                "%s.keep_private_addresses=false is of the kind ip, which is not among %s.kinds=%s",
                section,
                section,
                kinds);
        List<String> regions = List.of(Locale.getISOCountries());
        for (String region : phoneRegions) {
            problems.require(
                    regions.contains(region),
                    "%s.phone_regions: %s is no region in two capital letters, such as US",
                    section,
                    region);
        }
    }
}
