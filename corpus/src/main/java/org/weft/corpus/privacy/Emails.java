package org.weft.corpus.privacy;

import java.util.Locale;
import java.util.Set;
import org.weft.core.config.PersonalKind;

/**
 * E-mail addresses as people write them: the local part of RFC 5322's atoms without the marks that only programs use, a
 * domain of at least two labels. What else has an @ is left alone: handles, {@code image@2x.png}, {@code git@host:path},
 * users of URLs, versions of packages.
 */
final class Emails {
    private static final int LONGEST_LOCAL = 64;
    private static final int LONGEST_LABEL = 63;
    private static final int LONGEST_PATH = 200;

    /** Users of servers of repositories, which nobody's mail goes to. */
    private static final Set<String> SERVICES = Set.of("git", "hg", "svn");

    /** Last labels that are endings of files and names in programs, and no domains. */
    private static final Set<String> NO_DOMAINS = Set.of(
            "png", "jpg", "jpeg", "gif", "svg", "webp", "bmp", "ico", "css", "js", "ts", "jsx", "tsx", "json", "xml",
            "yml", "yaml", "html", "htm", "pdf", "doc", "docx", "xls", "xlsx", "txt", "csv", "git", "shape", "dtype",
            "service", "local", "lock", "tgz");

    private Emails() {}

    /** The address around an @; null where there is none. */
    static Finding at(String text, int at) {
        int start = localStart(text, at);
        int end = start < 0 ? -1 : domainEnd(text, at + 1);
        if (end < 0 || isOther(text, start, at, end)) {
            return null;
        }
        return new Finding(
                PersonalKind.EMAIL, start, end, text.substring(start, end).toLowerCase(Locale.ROOT));
    }

    private static int localStart(String text, int at) {
        int start = at;
        while (start > 0 && at - start < LONGEST_LOCAL && isLocal(text.charAt(start - 1))) {
            start--;
        }
        while (start < at && !isAtomStart(text.charAt(start))) {
            start++;
        }
        boolean ends = start < at && text.charAt(at - 1) != '.' && text.charAt(at - 1) != '\'';
        return ends ? start : -1;
    }

    private static boolean isLocal(char c) {
        return Surroundings.isAlphanumeric(c)
                || c == '.'
                || c == '_'
                || c == '-'
                || c == '+'
                || c == '%'
                || c == '\''
                || c == '&';
    }

    private static boolean isAtomStart(char c) {
        return Surroundings.isAlphanumeric(c) || c == '_';
    }

    /** After the last label; -1 where what follows is no domain. */
    private static int domainEnd(String text, int from) {
        int labels = 0;
        int end = -1;
        int i = from;
        while (i < text.length() && Surroundings.isAlphanumeric(text.charAt(i))) {
            int start = i;
            while (i < text.length() && (Surroundings.isAlphanumeric(text.charAt(i)) || text.charAt(i) == '-')) {
                i++;
            }
            int stop = i;
            while (text.charAt(stop - 1) == '-') {
                stop--;
            }
            if (stop - start > LONGEST_LABEL) {
                return -1;
            }
            labels++;
            if (labels >= 2 && isTopLevel(text, start, stop)) {
                end = stop;
            }
            if (i >= text.length() || text.charAt(i) != '.') {
                break;
            }
            i++;
        }
        return end;
    }

    private static boolean isTopLevel(String text, int start, int end) {
        if (end - start < 2) {
            return false;
        }
        if (text.startsWith("xn--", start)) {
            return true;
        }
        for (int i = start; i < end; i++) {
            if (Surroundings.isDigit(text.charAt(i)) || text.charAt(i) == '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isOther(String text, int start, int at, int end) {
        char before = Surroundings.before(text, start);
        if (before == '@' || before == '/' && start > 1 && text.charAt(start - 2) == '/') {
            return true; // a handle on a server, a user of a URL
        }
        if (before == ':' && isOfUrl(text.substring(Math.max(0, start - LONGEST_LOCAL), start))) {
            return true; // a password of a URL
        }
        char after = Surroundings.after(text, end);
        if (after == ':' && (SERVICES.contains(text.substring(start, at)) || isPath(text, end + 1)) || after == '@') {
            return true; // scp
        }
        String last = text.substring(text.lastIndexOf('.', end - 1) + 1, end).toLowerCase(Locale.ROOT);
        return NO_DOMAINS.contains(last);
    }

    private static boolean isOfUrl(String before) {
        int scheme = before.lastIndexOf("://");
        return scheme >= 0 && before.substring(scheme + 3).chars().noneMatch(c -> c <= ' ' || c == '/');
    }

    /** Whether what stands there, up to white space, has directories, or is a repository; a password and a port are none. */
    private static boolean isPath(String text, int from) {
        int end = from;
        while (end < text.length() && end - from < LONGEST_PATH && text.charAt(end) > ' ') {
            end++;
        }
        String path = text.substring(from, end);
        return path.startsWith("~") || path.startsWith("./") || path.indexOf('/') >= 0 || path.endsWith(".git");
    }
}
