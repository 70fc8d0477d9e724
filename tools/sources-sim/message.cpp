#include "tools/sources-sim/message.h"

#include <algorithm>

#include "tools/stage/json_text.h"

namespace yht::sources_sim {

Member* Message::find(std::string_view member) {
    const auto found = std::find_if(members.begin(), members.end(), [&](const Member& each) { return each.name == member; });
    return found == members.end() ? nullptr : &*found;
}

const Member* Message::find(std::string_view member) const { return const_cast<Message*>(this)->find(member); }

std::string Message::text(std::string_view member) const {
    const Member* found = find(member);
    return found == nullptr ? "" : found->text;
}

std::string jsonOf(const Message& message) {
    rapidjson::StringBuffer buffer;
    stage::JsonWriter writer(buffer);
    writer.StartObject();
    for (const Member& each : message.members) {
        if (each.name.starts_with('@')) continue;
        writer.Key(each.name.c_str());
        if (each.form == Member::Form::Text) writer.String(each.text);
        else writer.RawValue(each.text.data(), each.text.size(), rapidjson::kObjectType);
    }
    writer.EndObject();
    return buffer.GetString();
}

}  // namespace yht::sources_sim
