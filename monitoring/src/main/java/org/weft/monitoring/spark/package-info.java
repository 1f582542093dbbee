/**
 * A run in Spark's own windows: a tab in its UI and in the History Server, numbers in its metrics system. A window feeds the tab
 * directly and posts what the History Server is to show as events of the application's log; there a plug-in keeps them in the
 * server's store, and the same page shows them. What differs between Spark's lines is the page's servlet alone.
 */
package org.weft.monitoring.spark;
