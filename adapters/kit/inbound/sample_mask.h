// A real message as a sample (样例脱敏): every person in it is somebody invented, and the mapping still works.
//   telephone   1990000NNNN; others keep their shape: 0731-5550001
//   id number   999999 1900 0101 NNN and a right check digit
//   name        测甲, 测甲乙 …; Latin letters X
//   address, free text, and what no rule reads: 某 for every character, 1 for every digit, x for every letter; a line break
//               that is written as \n stays one
// The same value gets the same invention everywhere in the message. Codes, times, flags, regions, numbers of tickets and
// what conditions compare stay. Bytes are replaced where they stand and keep their length, so that fixed columns, quotes and
// escapes stay as the source wrote them. Afterwards both are decoded and mapped: where something is left, or the masked one
// becomes of another fate, nothing is given.
// Uses: adapter, manifest_reader, decoder, invented, byte_replacements. Used by: app (yht adapters record).
#pragma once

#include <string>
#include <vector>

#include "adapters/kit/inbound/adapter.h"
#include "adapters/kit/inbound/manifest_reader.h"

namespace yht::kit {

inline constexpr std::size_t kRecordedBytesMax = 1U << 20;

struct MaskedSample {
    std::string message;
    std::vector<std::string> masked;  // paths whose values were replaced, each once
    std::vector<std::string> kept;    // texts that stay as they came: for the reader to look at
};

/// Errors: ItemTooLarge; ItemUndecodable (it can't be decoded, or its bytes are packed: xlsx); ItemUnmapped where a value
/// could not be replaced or the mapping makes something else of the masked message: `detail` names paths, never values.
base::Result<MaskedSample> maskSample(
    const Adapter& adapter, const ReadManifest& manifest, const std::string& message, const MessageContext& context
);

}  // namespace yht::kit
