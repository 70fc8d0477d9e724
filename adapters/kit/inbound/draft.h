// A first draft of a source from one real file: product, source, mapping and a first test case.
// Every line of it is a guess by names and by the look of values; it says so. No value of the
// sample stands in it, but for native codes of short lists, which go into vocabulary tables. Uses:
// decoder, ticket. Used by: app (yht adapters new).
#pragma once

#include <map>
#include <string>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

struct DraftWish {
    std::string id, title,
        product;  // product: a folder of products that is there already, or is made
    bool product_exists = false;
};

struct Draft {
    std::map<std::string, std::string> source_files,
        product_files;                 // name → text; below the two folders
    std::vector<std::string> guessed;  // "title ← Title"
    std::vector<std::string> unread;   // members of the sample that no row reads
    std::vector<std::string>
        unwritten;  // fields that every record must have and that nothing was found for
};

/// `file_name` gives the format by its ending, or the sample by its look (draft_shapes.h). Errors: ItemUndecodable, ManifestInvalid where no
/// format of this build reads the sample.
base::Result<Draft> draftSource(
    const DraftWish& wish, const std::string& file_name, const std::string& sample
);

}  // namespace yht::kit
