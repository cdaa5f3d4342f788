# SPDX-License-Identifier: MIT
# One target per folder of lib/. A folder sees another one's headers only when it names it here, so an
# arrow that docs/architecture.md does not have is a missing include.

set_property(GLOBAL PROPERTY BERTH_INSTALLED_TARGETS "")
set_property(GLOBAL PROPERTY BERTH_HEADER_FOLDERS "")

# Targets that become part of the installed package; find_package knows `target` as berth::`name`.
function(berth_export target name)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  if(NOT TARGET berth::${name})
    add_library(berth::${name} ALIAS ${target})
  endif()
  set_property(GLOBAL APPEND PROPERTY BERTH_INSTALLED_TARGETS ${target})
endfunction()

# berth_add_library(<folder> [OURS] [USES <folder>...] [HIDES <folder>...] [INTERNAL <header>...] [JSON])
#
# The library of lib/<folder>. USES: folders that its public headers may include. HIDES: folders that
# only its sources include. INTERNAL: headers for Berth's other folders, not for users: not installed.
# OURS: only for Berth's own programs: not installed.
# JSON: it includes nlohmann/json, in sources and internal headers only: users never see it.
# A folder without sources is a library of headers alone.
function(berth_add_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "JSON;OURS" "" "USES;HIDES;INTERNAL")
  set(target berth_${folder})
  list(TRANSFORM arg_USES PREPEND berth_)
  list(TRANSFORM arg_HIDES PREPEND berth_)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)

  if(sources)
    add_library(${target} STATIC ${sources})
    berth_own_target(${target})
    berth_compile_together(${target})
    berth_compile_apart_what_sees_posix(${sources})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE ${arg_HIDES})
    if(arg_JSON)
      berth_use_json(${target})
    endif()
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()

  target_link_libraries(${target} ${scope} ${arg_USES})
  target_include_directories(
    ${target} ${scope} $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
                       $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  # The Windows face serves C and C++17 programs: it must not raise their language level.
  if(NOT folder STREQUAL winsock)
    target_compile_features(${target} ${scope} cxx_std_20)
  endif()

  if(arg_OURS)
    return()
  endif()
  berth_export(${target} ${folder})
  set_property(GLOBAL APPEND PROPERTY BERTH_HEADER_FOLDERS ${CMAKE_CURRENT_SOURCE_DIR}/include)
  list(TRANSFORM arg_INTERNAL PREPEND "/berth/${folder}/")
  set_property(GLOBAL APPEND PROPERTY BERTH_INTERNAL_HEADERS ${arg_INTERNAL})
endfunction()

# Lets `target`, and what uses it in this build, include nlohmann/json. Only the include folder is taken,
# and only in the build: a user of the installed package does not need it.
macro(berth_find_json)
  if(NOT TARGET nlohmann_json::nlohmann_json)
    find_package(nlohmann_json 3.10 REQUIRED)
  endif()
endmacro()

function(berth_use_json target)
  berth_find_json()
  get_target_property(json_folders nlohmann_json::nlohmann_json INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(${target} SYSTEM PUBLIC "$<BUILD_INTERFACE:${json_folders}>")
  target_precompile_headers(${target} PRIVATE <nlohmann/json.hpp>)
endfunction()
