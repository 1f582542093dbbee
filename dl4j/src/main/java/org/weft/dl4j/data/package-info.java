/** A fit's examples: written once out of the RDD, then read by number. */
package org.weft.dl4j.data;
