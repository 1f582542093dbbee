package org.weft.core.config;

import java.util.List;
import java.util.ServiceLoader;

/** The families of the class path, looked for once: a process has one set of them, beside the classes of Weft itself. */
final class Architectures {
    static final List<Architecture> ALL =
            ServiceLoader.load(Architecture.class, Architecture.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    private Architectures() {}
}
