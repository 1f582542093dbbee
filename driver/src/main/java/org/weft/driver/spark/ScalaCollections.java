package org.weft.driver.spark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * Scala's collections as Java's and back. They are what a program sees of the difference between Spark 3.5 (Scala 2.12)
 * and Spark 4 (Scala 2.13), so no other class names them outside this package.
 */
public final class ScalaCollections {
    private ScalaCollections() {}

    /** A sequence's elements in its order. */
    public static <T> List<T> list(Seq<T> sequence) {
        List<T> list = new ArrayList<>();
        for (Iterator<T> each = sequence.iterator(); each.hasNext(); ) {
            list.add(each.next());
        }
        return list;
    }

    /** A map's entries in its order. */
    public static <K, V> Map<K, V> map(scala.collection.Map<K, V> map) {
        Map<K, V> entries = new LinkedHashMap<>();
        for (Iterator<Tuple2<K, V>> each = map.iterator(); each.hasNext(); ) {
            Tuple2<K, V> entry = each.next();
            entries.put(entry._1(), entry._2());
        }
        return entries;
    }

    /** A cell of a row: a sequence as a list, a map as a map, anything else as it is. Their elements are left alone. */
    public static Object toJava(Object cell) {
        if (cell instanceof Seq<?> sequence) {
            return list(sequence);
        }
        return cell instanceof scala.collection.Map<?, ?> map ? map(map) : cell;
    }

    /** A cell for a row: a map as Spark wants it, a list as an array, anything else as it is. */
    public static Object toSpark(Object cell) {
        if (cell instanceof Map<?, ?> map) {
            return JavaConverters.mapAsScalaMap(map);
        }
        return cell instanceof List<?> list ? list.toArray() : cell;
    }
}
