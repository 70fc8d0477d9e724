// Entries of `ext` that hold a place in a plane grid (平面坐标): east and north in metres, and whose grid it is. A place like longitude
// and latitude, and masked like them; a grid of somebody's own can't be converted, so it never stands in their fields.
// Uses: std. Used by: masking, kit/inbound.
#pragma once

namespace yht::ticket {

inline constexpr const char* kPlaneX = "plane_x";
inline constexpr const char* kPlaneY = "plane_y";
inline constexpr const char* kPlaneSystem = "plane_system";

}  // namespace yht::ticket
