package org.weft.corpus.privacy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.weft.core.config.PersonalKind;

/**
 * Addresses of the Internet Protocol, version 4 in four decimal numbers (RFC 791) and 6 in text (RFC 4291, section 2.2).
 * Versions of programs and numbers of sections look alike: what stands before tells them apart, and small numbers alone are
 * an address only where something says so.
 */
final class Addresses {
    /** Stand before the version of a program, whatever its numbers. */
    private static final List<String> PROGRAM_WORDS = List.of(
            "version",
            "ver",
            "ver.",
            "v",
            "v.",
            "release",
            "build",
            "firmware",
            "revision",
            "rev",
            "rev.",
            "update",
            "upgrade",
            "patch",
            "driver",
            "oid",
            "sdk",
            "版本",
            "upgraded to",
            "updated to");
    /** Before small numbers, numbers of sections and their like too. */
    private static final List<String> VERSION_WORDS = Stream.concat(
                    PROGRAM_WORDS.stream(),
                    Stream.of(
                            "section",
                            "sec.",
                            "chapter",
                            "clause",
                            "§",
                            "article",
                            "paragraph",
                            "table",
                            "figure",
                            "step",
                            "rule",
                            "part",
                            "appendix",
                            "annex",
                            "章",
                            "节"))
            .toList();

    private static final List<String> ADDRESS_WORDS = List.of(
            "ip",
            "address",
            "addr",
            "host",
            "server",
            "dns",
            "ping",
            "gateway",
            "client",
            "router",
            "node",
            "login from",
            "from",
            "地址",
            "peer",
            "subnet",
            "traceroute",
            "ssh",
            "telnet",
            "proxy");
    private static final int REACH = 16;
    private static final int GROUPS6 = 8;
    private static final int LONGEST6 = 41; // eight groups of four, and a colon behind

    private Addresses() {}

    /** An address of version 4 at the beginning of the groups; null where there is none. */
    static Finding version4(String text, DigitGroups groups, boolean keepsPrivate) {
        if (groups.count < 4 || !groups.separated(text, 4, '.')) {
            return null;
        }
        int[] octets = new int[4];
        boolean small = true;
        for (int i = 0; i < 4; i++) {
            int length = groups.length(i);
            if (length > 3 || length > 1 && text.charAt(groups.starts[i]) == '0') {
                return null;
            }
            octets[i] = Integer.parseInt(text, groups.starts[i], groups.ends[i], 10);
            if (octets[i] > 255) {
                return null;
            }
            small &= octets[i] < 20;
        }
        int start = groups.starts[0];
        int end = groups.ends[3];
        if (!standsAlone(text, start, end)
                || isVersion(text, start, end, small, octets)
                || keepsPrivate && isPrivate(octets)) {
            return null;
        }
        return new Finding(PersonalKind.IP, start, end, text.substring(start, end));
    }

    private static boolean standsAlone(String text, int start, int end) {
        char before = Surroundings.before(text, start);
        char after = Surroundings.after(text, end);
        boolean goesOn = (after == '.' || after == '-' || after == ',')
                && Surroundings.isDigit(Surroundings.after(text, end + 1))
                && after != ',';
        return !Surroundings.isLetter(before)
                && ".-_+$#".indexOf(before) < 0
                && !Surroundings.isLetter(after)
                && after != '_'
                && !goesOn;
    }

    /** Whether the four numbers are a version or a place in a document. */
    private static boolean isVersion(String text, int start, int end, boolean small, int[] octets) {
        char before = Surroundings.before(text, start);
        if (before == '/'
                && start > 1
                && text.charAt(start - 2) != '/'
                && !Surroundings.isDigit(text.charAt(start - 2))) {
            return true; // Browser/91.0.4472.124
        }
        if (before == '=' && start > 1 && text.charAt(start - 2) == '=') {
            return true; // package==1.2.3.4
        }
        boolean large =
                Arrays.stream(octets).anyMatch(octet -> octet >= 100); // versions and sections hardly have those
        if (Surroundings.precededByWord(large ? PROGRAM_WORDS : VERSION_WORDS, text, start, REACH, large)
                && !Surroundings.precededBy(ADDRESS_WORDS, text, start, REACH)) {
            return true;
        }
        if (octets[0] == 0) {
            return true;
        }
        boolean named = Surroundings.precededBy(ADDRESS_WORDS, text, start, 2 * REACH)
                || before == '/'
                || before == '@'
                || Surroundings.after(text, end) == ':' && Surroundings.isDigit(Surroundings.after(text, end + 1))
                || Surroundings.after(text, end) == '/' && Surroundings.isDigit(Surroundings.after(text, end + 1));
        return small && !named;
    }

    /** RFC 1918, loopback, link-local, unspecified, multicast, broadcast, and those of documentation. */
    private static boolean isPrivate(int[] octets) {
        int a = octets[0];
        int b = octets[1];
        return a == 0
                || a == 10
                || a == 127
                || a == 172 && b >= 16 && b < 32
                || a == 192 && b == 168
                || a == 169 && b == 254
                || a >= 224;
    }

    /** An address of version 6 around a colon; null where there is none. */
    static Finding version6(String text, int colon, boolean keepsPrivate) {
        int start = colon;
        while (start > 0 && colon - start < LONGEST6 && isOf6(text.charAt(start - 1))) {
            start--;
        }
        int end = colon;
        while (end < text.length() && end - colon < LONGEST6 && isOf6(text.charAt(end))) {
            end++;
        }
        if (end - start > LONGEST6) {
            return null; // a longer row of bytes, which is not walked along from each of its colons
        }
        if (text.charAt(end - 1) == ':' && !(end - start >= 2 && text.charAt(end - 2) == ':')) {
            end--; // an address, and then a colon
        }
        if (Surroundings.isLetter(Surroundings.before(text, start))
                || Surroundings.isLetter(Surroundings.after(text, end))
                || Surroundings.before(text, start) == '_'
                || Surroundings.before(text, start) == '.') {
            return null;
        }
        String address = text.substring(start, end).toLowerCase(Locale.ROOT);
        if (!isVersion6(address) || keepsPrivate && isPrivate6(address)) {
            return null;
        }
        return new Finding(PersonalKind.IP, start, end, address);
    }

    private static boolean isOf6(char c) {
        return c == ':' || Surroundings.isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    private static boolean isVersion6(String address) {
        int gap = address.indexOf("::");
        if (gap >= 0 && address.indexOf("::", gap + 1) >= 0) {
            return false;
        }
        int groups = 0;
        for (String group : address.split(":", -1)) {
            if (group.length() > 4) {
                return false;
            }
            groups += group.isEmpty() ? 0 : 1;
        }
        if (gap < 0
                ? groups != GROUPS6 || address.startsWith(":") || address.endsWith(":")
                : groups >= GROUPS6 || groups < 2) {
            return false;
        }
        int first = address.indexOf(':');
        return first >= 3 && address.substring(0, first).chars().anyMatch(c -> c >= '0' && c <= '9');
    }

    /** Link-local, unique local, multicast. */
    private static boolean isPrivate6(String address) {
        return address.startsWith("fe8")
                || address.startsWith("fe9")
                || address.startsWith("fea")
                || address.startsWith("feb")
                || address.startsWith("fc")
                || address.startsWith("fd")
                || address.startsWith("ff0");
    }
}
