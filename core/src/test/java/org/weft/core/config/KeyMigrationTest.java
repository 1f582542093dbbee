package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyMigrationTest {
    /** A section whose keys have a past. */
    @Gone(key = "nitro", since = "0.3.0", why = "engines have a turbo instead")
    @Gone(key = "ashtray", since = "0.2.0", why = "nobody smokes")
    public record Engine(
            @Renamed(from = "cylinders", since = "0.2.0") @Renamed(from = "pots", since = "0.1.5")
            int pistons,

            int power) {}

    /** An item of a list of sections. */
    public record Wheel(
            @Renamed(from = "size", since = "0.2.0") int diameter) {
        static Wheel defaults() {
            return new Wheel(16);
        }
    }

    /** The root; one of its sections was called otherwise. */
    @Gone(key = "radio", since = "0.2.0", why = "telephones play music")
    public record Car(
            @Renamed(from = "motor", since = "0.2.0") Engine engine, List<Wheel> wheels) {}

    private static final Car CAR = new Car(new Engine(4, 60), List.of());

    @Test
    void aRenamedKeyIsTakenAndTheUserIsTold() {
        Problems problems = new Problems();
        assertThat(read("{engine: {cylinders: 6}, wheels: [{}, {size: 17}]}", problems))
                .isEqualTo(new Car(new Engine(6, 60), List.of(new Wheel(16), new Wheel(17))));
        assertThat(problems.all()).isEmpty();
        assertThat(problems.notices())
                .containsExactly(
                        "engine.cylinders is called engine.pistons since 0.2.0",
                        "wheels[1].size is called wheels[1].diameter since 0.2.0");
    }

    @Test
    void everyFormerNameAndAFormerSectionIsUnderstood() {
        Problems problems = new Problems();
        assertThat(read("{motor: {pots: 8, power: 90}}", problems)).isEqualTo(new Car(new Engine(8, 90), List.of()));
        assertThat(problems.notices())
                .containsExactly(
                        "motor is called engine since 0.2.0", "engine.pots is called engine.pistons since 0.1.5");
    }

    @Test
    void aGoneKeyIsRefusedWithItsWhy() {
        Problems problems = new Problems();
        read("{engine: {nitro: 1, power: 9}, radio: {}}", problems);
        assertThat(problems.all())
                .containsExactly(
                        "radio is gone since 0.2.0: telephones play music",
                        "engine.nitro is gone since 0.3.0: engines have a turbo instead");
    }

    @Test
    void bothNamesOfAKeyAreOneTooMany() {
        Problems problems = new Problems();
        read("{engine: {cylinders: 6, pistons: 8}}", problems);
        assertThat(problems.all())
                .containsExactly(
                        "engine.cylinders and engine.pistons are one key, called pistons since 0.2.0: give it once");
    }

    @Test
    void whatWeftRecordedItselfIsReadWithoutAWord() {
        Problems problems = Problems.ofRecord();
        assertThat(read("{motor: {cylinders: 6, nitro: 1}, radio: {band: fm}}", problems))
                .isEqualTo(new Car(new Engine(6, 60), List.of()));
        assertThat(problems.all()).isEmpty();
        assertThat(problems.notices()).isEmpty();
    }

    @Test
    void whatIsNoSectionIsLeftToTheBinder() {
        Problems problems = new Problems();
        read("{engine: 5, wheels: [3, {size: 15}]}", problems);
        assertThat(problems.all())
                .containsExactly("engine is not a section of keys", "wheels[0] is not a section of keys");
    }

    private static Record read(String yaml, Problems problems) {
        ObjectNode tree = (ObjectNode) RecordBinderTest.tree(yaml);
        KeyMigration.update(tree, Car.class, "", problems);
        return RecordBinder.bind(CAR, tree, "", problems);
    }
}
