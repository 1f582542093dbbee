/** What a teacher said of a corpus's windows, once: the likeliest tokens at each place, in files beside which workers need no teacher. */
package org.weft.core.taught;
