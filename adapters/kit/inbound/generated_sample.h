// A good sample of a source as the generated cases look at it: its items, what became of them, and which row of the mapping gave
// which value. Uses: samples, mapping_rules, decoder. Used by: generated_*.cpp only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/inbound/generated_cases.h"

namespace yht::kit {

/// What is wrong; "" nothing; nullopt: there is no place for the case.
using CaseProblem = std::optional<std::string>;

/// A row that gave a value of the sample's first item, and the path of that value from the item on, for an ItemPatch.
struct ActingRow {
    const InboundRow* row = nullptr;
    std::string path;
};

/// References must outlive it.
struct GeneratedSample {
    GeneratedSample(const Adapter& with, const ReadManifest& of, const std::string& bytes, const MessageContext& beside);

    SampleOutcome outcome(const std::vector<ItemPatch>& patches) const { return adaptSample(adapter, message, context, patches); }
    SampleOutcome outcome(const std::string& other) const { return adaptSample(adapter, other, context); }

    /// Those of rows without conditions whose first path gave a record of the first item a value, in the mapping's order; rows of
    /// sections with `each` last, by the first entry that has the value.
    std::vector<ActingRow> actingRows(const std::function<bool(const InboundRow&)>& fits) const;
    /// The first of them whose path decides on nothing else.
    std::optional<ActingRow> findRow(const std::function<bool(const InboundRow&)>& fits) const;
    /// The path is also read by a condition: another value there means another kind of message.
    bool decidesKind(const ActingRow& acting) const;

    const Adapter& adapter;
    const ReadManifest& manifest;
    const std::string& message;
    const MessageContext& context;
    std::vector<AdaptedItem> items;
    ItemValue first_value;  // of the first item, as decoded
    SampleOutcome good;
};

// generated_shapes.cpp
CaseProblem oneOrMany(const GeneratedSample& sample);
CaseProblem reordered(const GeneratedSample& sample);
// generated_charset.cpp
CaseProblem wrongCharset(const GeneratedSample& sample);

}  // namespace yht::kit
