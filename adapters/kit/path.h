// Paths into an item, written as manifests write them and compiled once:
//   BJNR                   a member of the item
//   data/caller/name       a member of a member
//   attachs/*/FileNumber   of each entry of a list; on what is no list, of that one: sources that
//   write one child as
//                          an object and several as a list need no second rule
//   rows/0/id              an entry by its number, from 0
//   step/@code             an attribute (the XML decoder makes members "@code" and "#text")
//   /BJNR                  inside `each`: from the item again, not from the entry
//   a~1b                   a name with "/" in it; ~0 is "~", ~2 is a name that is just "*"
//   ""                     the item, or the entry, itself
// A member of a list of several is the members of all its entries, as with "*": a rule that wants
// one value then fails and says so, it never takes the first in silence. Uses: base, item. Used by:
// decoders (items, array_paths), inbound mapping.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/kit/item.h"
#include "gateway/base/result.h"

namespace yht::kit {

/// Immutable. Thread-safety: any thread.
class Path {
public:
    static constexpr std::size_t kStepsMax = 32;
    static constexpr std::size_t kTextBytesMax = 1024;

    struct Step {
        std::string name;  // "" where each
        bool each = false;
        bool is_number = false;  // the name is also an entry's number
        std::size_t number = 0;
    };

    Path() = default;  // the item itself
    /// Errors: ManifestInvalid with what is wrong as `detail`.
    static base::Result<Path> parse(std::string_view text);

    const std::string& text() const { return text_; }
    const std::vector<Step>& steps() const { return steps_; }
    /// It begins with "/": from the item, wherever it stands.
    bool fromItem() const { return from_item_; }
    bool hasEach() const;

    /// Appends every value that the path leads to, in order. `entry` is what relative paths start
    /// from.
    void find(const ItemValue& item, const ItemValue& entry, std::vector<const ItemValue*>& found)
        const;
    /// The one value; nullptr where there is none or several.
    const ItemValue* findOne(const ItemValue& item) const;
    /// Puts a text there, making absent members on the way. False where a list or a scalar is in
    /// the way. Requires: !hasEach().
    bool setText(ItemValue& item, const std::string& text) const;

private:
    std::string text_;
    std::vector<Step> steps_;
    bool from_item_ = false;
};

/// A name as one step of a path: "/", "~" and "*" escaped.
std::string pathStep(std::string_view name);

}  // namespace yht::kit
