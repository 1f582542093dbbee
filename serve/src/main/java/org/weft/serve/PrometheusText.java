package org.weft.serve;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A registry in Prometheus's text format, version 0.0.4. Names are taken as they are, labels included. */
final class PrometheusText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double[] QUANTILES = {0.5, 0.9, 0.99};

    private final StringBuilder text = new StringBuilder();
    private String family = "";

    private PrometheusText() {}

    static String of(MetricRegistry registry) {
        PrometheusText page = new PrometheusText();
        for (Map.Entry<String, Metric> entry : new TreeMap<>(registry.getMetrics()).entrySet()) {
            page.add(entry.getKey(), entry.getValue());
        }
        return page.text.toString();
    }

    private void add(String name, Metric metric) {
        if (metric instanceof Counter counter) {
            type(name, "counter");
            line(name, counter.getCount());
        } else if (metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number value) {
            type(name, "gauge");
            line(name, value);
        } else if (metric instanceof Distribution distribution) {
            type(name, "summary");
            Snapshot snapshot = distribution.getSnapshot();
            for (double quantile : QUANTILES) {
                line(name + "{quantile=\"" + quantile + "\"}", snapshot.getValue(quantile) / Distribution.UNIT);
            }
            line(name + "_sum", distribution.sum());
            line(name + "_count", distribution.getCount());
        }
    }

    /** Once for all metrics of a name, whatever their labels. */
    private void type(String name, String type) {
        String bare = name.replaceFirst("\\{.*", "");
        if (!bare.equals(family)) {
            family = bare;
            text.append("# TYPE ").append(bare).append(' ').append(type).append('\n');
        }
    }

    private void line(String name, Number value) {
        text.append(name).append(' ');
        if (value instanceof Double real) {
            text.append(String.format(Locale.ROOT, "%.6f", real));
        } else {
            text.append(value);
        }
        text.append('\n');
    }
}
