package org.weft.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A template is a program from the network: whatever it tries, it is stopped with one line, and soon. */
@Timeout(20)
class HostileTemplatesTest {
    private static final Limits FEW = new Limits(200_000, 50_000, 20);

    /** Two lists of 60 levels, equal and each of two same halves: 2^60 elements to whoever walks them. */
    private static final String DOUBLED =
            "{% set n = namespace(x=[1]) %}{% set o = namespace(x=[1]) %}{% for i in range(60) %}"
                    + "{% set n.x = [n.x, n.x] %}{% set o.x = [o.x, o.x] %}{% endfor %}";

    private static Rendered rendered(String template, Limits limits) {
        return Template.parse(template)
                .render(Map.of("messages", List.of(Map.of("role", "user", "content", "Hi"))), null, limits);
    }

    private static void stopped(String template, Limits limits, String why) {
        assertThatThrownBy(() -> rendered(template, limits))
                .isInstanceOfSatisfying(
                        JinjaException.class, e -> assertThat(e.kind()).isEqualTo(JinjaException.Kind.STOPPED))
                .hasMessageContaining(why)
                .hasMessageContaining("(line 1 of the template)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(1000000000) %}{% endfor %}",
                "{% for i in range(9000) %}{% for j in range(9000) %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(x='aaaa') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{{ [1] * 1000000000 }}",
                "{{ [1] * 9223372036854775807 }}",
                "{% set ns = namespace(x='a') %}{% for i in range(9000) %}{% set y = (ns.x * 20000)[::-1] %}{% endfor %}",
                "{% for i in range(100000) %}{{ messages | tojson | length }}{% endfor %}",
            })
    void whatNeverEndsIsStopped(String template) {
        assertThatThrownBy(() -> rendered(template, FEW))
                .isInstanceOf(JinjaException.class)
                .hasMessageMatching(
                        "the template was stopped: it (does more than 200000 steps|writes more than 50000 characters)"
                                + " \\(line 1 of the template\\)");
    }

    /** Work that is more than what a template seems to ask for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                DOUBLED + "{{ n.x == o.x }}",
                DOUBLED + "{{ n.x < o.x }}",
                DOUBLED + "{{ n.x in [o.x] }}",
                DOUBLED + "{{ [n.x, o.x] | unique | list }}",
                "{{ ([1] * 1000) | tojson(separators=['x' * 10000000, ':']) | length }}",
                "{{ ('\\x01' * 10000000) | tojson | length }}",
                "{% for i in range(900000) %}{{ 5e-324 }}{% endfor %}",
                "{{ (['x'] * 2000000) | string | length }}",
            })
    void workIsCountedByItsSize(String template) {
        assertThatThrownBy(() -> rendered(template, Limits.DEFAULT))
                .isInstanceOfSatisfying(
                        JinjaException.class, e -> assertThat(e.kind()).isEqualTo(JinjaException.Kind.STOPPED));
    }

    @Test
    void sharedListsAreNoKeys() {
        assertThatThrownBy(() -> rendered(DOUBLED + "{{ {n.x: 1} }}", Limits.DEFAULT))
                .hasMessageStartingWith("unhashable type: 'list'");
        assertThat(rendered(DOUBLED + "{{ messages[0][n.x] }}{{ n.x == n.x }}", Limits.DEFAULT)
                        .text())
                .isEqualTo("True");
        assertThat(rendered("{{ {(1, 'a'): 2}[(1, 'a')] }}", Limits.DEFAULT).text())
                .isEqualTo("2");
    }

    @Test
    void longPartsAreFoundInTheTimeOfTheText() {
        assertThat(rendered(
                                "{% set a = 'a' * 1600000 %}{% set b = ('a' * 800000) ~ 'b' %}{{ b in a }}{{ b in (a ~ b) }}"
                                        + "{{ (a ~ b).find(b) }},{{ (a ~ b).rfind(b) }},{{ (b ~ b).split(b) | length }}",
                                Limits.DEFAULT)
                        .text())
                .isEqualTo("FalseTrue1600000,1600000,3");
    }

    @Test
    void roundingIsBounded() {
        assertThat(rendered(
                                "{{ 2.5 | round(-600000000) }} {{ 2.5 | round(-3000000000) }} {{ 2.26 | round(1, none) }}"
                                        + " {{ '1e999' | float | round }} {{ (-1) ** 2147483648 }}",
                                Limits.DEFAULT)
                        .text())
                .isEqualTo("0.0 0.0 2.3 inf 1");
    }

    @Test
    void hugeTextsAreStopped() {
        for (String template : List.of(
                "{{ 'x' * 1000000000 }}",
                "{{ 'x' * 9223372036854775807 }}",
                "{{ '%99999d' % 1 }}",
                "{{ 'x'.ljust(1000000000) }}",
                "{{ 'x' | indent(1000000000) }}",
                "{{ [1] | tojson(indent=1000000000) }}",
                "{% for i in range(9000) %}0123456789{% endfor %}",
                "{% set x = 'x' * 40000 %}{{ x.replace('x', x) }}",
                "{% set x = 'x' * 40000 %}{{ x.join([x, x, x]) }}")) {
            stopped(template, FEW, "the template was stopped: it writes more than 50000 characters");
        }
    }

    @Test
    void deepTemplatesAreStopped() {
        stopped(
                "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
                FEW, "macros call each other more than 20 deep");
        stopped("{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}", FEW, "brackets within each other");
        stopped("{{ " + "not ".repeat(5000) + "1 }}", FEW, "more within each other than is allowed");
        stopped("{{ " + "-".repeat(5000) + "1 }}", FEW, "more within each other than is allowed");
        stopped("{{ 1" + " + 1".repeat(5000) + " }}", FEW, "more within each other than is allowed");
        stopped("{{ x" + ".x".repeat(5000) + " }}", FEW, "more within each other than is allowed");
        stopped("{{ 'x'" + " | trim".repeat(5000) + " }}", FEW, "more within each other than is allowed");
        stopped("{% if 1 %}".repeat(5000), FEW, "more within each other than is allowed");
        stopped("{{ 1" + " if 1 else 1".repeat(5000) + " }}", FEW, "more within each other than is allowed");
        assertThatThrownBy(() -> Template.parse("x".repeat(Limits.SOURCE + 1)))
                .hasMessageStartingWith("the template has 1048577 characters, more than 1048576");
    }

    @Test
    void nothingBehindAValueIsReached() {
        for (String template : List.of(
                "{{ ''.__class__ }}",
                "{{ ''['__class__'] }}",
                "{{ messages.__init__.__globals__ }}",
                "{{ ''|attr('__class__') }}",
                "{{ [messages] | map(attribute='0.__class__') | list }}",
                "{{ range.__globals__ }}")) {
            stopped(template, FEW, "the template was stopped: it reaches for __");
        }
        for (String java : List.of("class", "getClass", "hashCode", "length", "toString", "wait", "notify", "chars")) {
            assertThat(rendered("{{ ''." + java + " }}{{ messages." + java + " }}{{ range." + java + " }}", FEW)
                            .text())
                    .isEmpty();
            assertThatThrownBy(() -> rendered("{{ ''." + java + "() }}", FEW))
                    .hasMessageContaining("'str' has no '" + java + "'");
        }
    }

    @Test
    void otherFilesAreOutOfReach() {
        for (String tag : List.of("include 'x'", "import 'x' as y", "from 'x' import y", "extends 'x'", "block x")) {
            assertThatThrownBy(() -> Template.parse("a\n{% " + tag + " %}"))
                    .hasMessageEndingWith("is not known here: a chat template is one file (line 2 of the template)");
        }
        assertThatThrownBy(() -> Template.parse("{% for x in y recursive %}{% endfor %}"))
                .hasMessageStartingWith("recursive loops are not known here");
    }

    /** The same steps everywhere: what is stopped here is stopped on every machine. */
    @Test
    void stepsAreCountedAndNotTimed() {
        String loop = "{% for i in range(1000) %}{{ i }}{% endfor %}";
        long needed = 1;
        while (fails(loop, needed)) {
            needed *= 2;
        }
        assertThat(needed).isBetween(2_000L, 16_384L);
        assertThat(fails(loop, needed)).isFalse();
        long start = System.nanoTime();
        assertThat(fails(
                        "{% for i in range(5000) %}{% for j in range(5000) %}{{ i + j }}{% endfor %}{% endfor %}",
                        Limits.DEFAULT.steps()))
                .isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }

    private static boolean fails(String template, long steps) {
        try {
            return rendered(template, new Limits(steps, 1 << 20, 20)).text().isEmpty();
        } catch (JinjaException stopped) {
            assertThat(stopped.kind()).isEqualTo(JinjaException.Kind.STOPPED);
            return true;
        }
    }

    @Test
    void errorsNameTheLine() {
        assertThatThrownBy(() -> rendered("a\nb\n{{ messages[0].none.x }}", FEW))
                .hasMessage("'dict' has no 'none' (line 3 of the template)");
        assertThatThrownBy(() -> Template.parse("a\n{% if x %}\n"))
                .hasMessage(
                        "expected {% elif %} or {% else %} or {% endif %}, found the template's end (line 2 of the template)");
        assertThatThrownBy(() -> rendered("{{ raise_exception('Roles must alternate') }}", FEW))
                .hasMessage("Roles must alternate")
                .isInstanceOfSatisfying(
                        JinjaException.class, e -> assertThat(e.kind()).isEqualTo(JinjaException.Kind.RAISED));
        assertThatThrownBy(() -> rendered("\n{{ strftime_now('%Y') }}", FEW))
                .hasMessage("'strftime_now' is undefined (line 2 of the template)");
    }

    @Test
    void generationIsPlaced() {
        Rendered two = rendered("a{% generation %}bc{% endgeneration %}d{% generation %}{% endgeneration %}", FEW);
        assertThat(two.generated()).containsExactly(new Rendered.Span(1, 3), new Rendered.Span(4, 4));
        assertThat(two.lost()).isFalse();
        assertThat(rendered("{% set x %}{% generation %}b{% endgeneration %}{% endset %}{{ x }}", FEW)
                        .lost())
                .isTrue();
    }
}
