/** What pages for people are made of: one HTML file that needs nothing else, and plots as SVG within it. */
package org.weft.core.html;
