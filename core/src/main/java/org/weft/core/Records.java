package org.weft.core;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/** What Java's records lack. */
public final class Records {
    private Records() {}

    /** A component's value. */
    public static Object get(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A record of some values, made by its canonical constructor.
     *
     * @param values in the components' order
     */
    public static <R extends Record> R of(Class<R> type, Object... values) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<R> canonical = type.getDeclaredConstructor(types);
            return canonical.newInstance(values);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The same record with another value of one component. For public records, and for classes of this module.
     *
     * @throws IllegalArgumentException where there is no such component
     */
    public static <R extends Record> R with(R record, String component, Object value) {
        @SuppressWarnings("unchecked") // A record's class is its own.
        Class<R> type = (Class<R>) record.getClass();
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        boolean found = false;
        for (int i = 0; i < components.length; i++) {
            boolean chosen = components[i].getName().equals(component);
            values[i] = chosen ? value : get(record, components[i]);
            found |= chosen;
        }
        if (!found) {
            throw new IllegalArgumentException(type.getSimpleName() + " has no component " + component);
        }
        return of(type, values);
    }
}
