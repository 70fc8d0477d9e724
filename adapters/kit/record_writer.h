// A record in the far side's words, as text: a JSON object, or XML elements in the order in which they are written.
//            JSON                      XML
//   text     "SQBT":"…"                <SQBT>…</SQBT>
//   list     "FJLB":["…","…"]          <FJLB>…</FJLB><FJLB>…</FJLB>
//   map      "KZXX":{"key":"…"}        <KZXX name="key">…</KZXX>
// In XML a target "Appeal/Title" stands inside <Appeal>, with its neighbours of the same way; a JSON target is a name as it
// is. XML is written as its own canonical form (gateway/xml/text.h), so that what is signed is what goes out.
// Uses: json, xml. Used by: mapping, envelope.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yht::kit {

enum class TextForm : std::uint8_t { Json, Xml };

/// Where a value goes, ready to be written.
struct Target {
    std::vector<std::string> parents;  // XML only: elements around it
    std::string name;                  // JSON: with quotes and colon; XML: of the element
};
/// Requires: XML: isElementPath(text).
Target targetOf(const std::string& text, TextForm form);

/// A name that an element may have: ASCII letters, digits, "_", "-", ".", and Chinese characters; no prefix.
bool isElementName(std::string_view name);
/// Such names joined with "/".
bool isElementPath(std::string_view path);

/// Appends `<name>text</name>`.
void appendElement(std::string& out, std::string_view name, std::string_view text);

/// One record, from begin to finish(). One thread.
class RecordWriter {
public:
    RecordWriter(TextForm form, std::string& out);

    void text(const Target& target, std::string_view value);
    /// Digits: no quotes in JSON.
    void number(const Target& target, std::string_view digits);
    /// Then entries, then endList().
    void beginList(const Target& target);
    void listEntry(std::string_view value);
    void endList();
    void beginMap(const Target& target);
    void mapEntry(std::string_view key, std::string_view value);
    void endMap();
    void finish();

private:
    void jsonMember(const Target& target);
    /// Opens and closes elements until `parents` are the ones that are open.
    void enter(const std::vector<std::string>& parents);
    void closeDownTo(std::size_t depth);

    const TextForm form_;
    std::string& out_;
    bool first_ = true;           // JSON: of the object
    char before_ = ',';           // JSON: of a list or map
    const Target* entry_ = nullptr;  // XML: of a list or map
    const std::vector<std::string>* open_ = nullptr;  // XML: the parents that are open; of a Target that outlives the writer
};

}  // namespace yht::kit
