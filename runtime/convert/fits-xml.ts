const XML_TEXT = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u

/** True if every character of a text can stand in XML 1.0 (section 2.2). */
export const fitsXml = (text: string): boolean => XML_TEXT.test(text)
